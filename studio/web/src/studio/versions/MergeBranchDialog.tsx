/** Merges a branch into the current one. With conflicts nothing is changed until each file was decided. */

import { useMutation } from "@tanstack/react-query";
import { CircleCheck, GitMerge } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import type { Conflict } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { useRefresh } from "./useVersions";
import { type Branch, type FileConflict, versionsApi } from "./versionsApi";

const MergeDialog = lazy(() => import("../editor/MergeDialog"));

function toldOf(conflict: FileConflict): Conflict {
  const mine = conflict.mine ?? "";
  return { type: "conflict", file: conflict.path, base: conflict.base ?? "", theirs: conflict.theirs ?? "", mine, merged: conflict.merged ?? conflict.theirs ?? "", conflicts: conflict.conflicts };
}

export function MergeBranchDialog({ branch, current, onDone }: { branch: Branch; current: string; onDone: () => void }) {
  const { project } = useProject();
  const refresh = useRefresh();
  const [solved, setSolved] = useState<Readonly<Record<string, string | null>>>({});
  const [deciding, setDeciding] = useState<FileConflict | null>(null);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => versionsApi.merge(project, branch.name, solved),
    onSuccess: (merged) => {
      if (merged.conflicts.length > 0) return;
      refresh(true);
      onDone();
      toast.success(words.merged(branch.name));
    },
  });
  const conflicts = data?.conflicts ?? [];
  const isDecided = conflicts.every(({ path }) => path in solved);
  if (deciding !== null) {
    const keep = (merged: string | null): void => {
      // null in that dialog: what the other side has stays.
      setSolved({ ...solved, [deciding.path]: merged ?? deciding.theirs });
      setDeciding(null);
    };
    return (
      <Suspense fallback={null}>
        <MergeDialog told={toldOf(deciding)} onDone={keep} />
      </Suspense>
    );
  }
  return (
    <Dialog
      title={words.mergeTitle(branch.name)}
      isOpen
      onClose={onDone}
      testId="merge-branch-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" icon={GitMerge} disabled={isPending || !isDecided} onClick={() => mutate()} data-testid="merge-now">
            {conflicts.length > 0 ? words.finishMerge : words.merge}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 p-4 text-sm">
        <p className="text-soft">{words.mergeHint(branch.name, current)}</p>
        {conflicts.length > 0 && <p className="font-medium">{words.conflicts(conflicts.length)}</p>}
        <ul className="flex flex-col gap-2">
          {conflicts.map((conflict) => (
            <li key={conflict.path} className="flex items-center justify-between gap-2">
              <span className="min-w-0 truncate">{conflict.path}</span>
              {conflict.path in solved ? (
                <span className="flex items-center gap-1 text-xs text-accent-strong">
                  <CircleCheck className="size-4" aria-hidden="true" />
                  {words.solved}
                </span>
              ) : (
                <Button onClick={() => setDeciding(conflict)}>{words.solve}</Button>
              )}
            </li>
          ))}
        </ul>
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}
