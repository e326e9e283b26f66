/** Merges a branch into the current one. With conflicts nothing is changed until each file was decided. */

import { useMutation } from "@tanstack/react-query";
import { CircleCheck, GitMerge } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import type { Conflict } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { requireSaved } from "./requireSaved";
import { useRefresh } from "./useVersions";
import { type Branch, type Decided, type FileConflict, versionsApi } from "./versionsApi";

const MergeDialog = lazy(() => import("../editor/MergeDialog"));

function toldOf(conflict: FileConflict): Conflict {
  const mine = conflict.mine ?? "";
  return { type: "conflict", file: conflict.path, base: conflict.base ?? "", theirs: conflict.theirs ?? "", mine, merged: conflict.merged ?? conflict.theirs ?? "", conflicts: conflict.conflicts };
}

export function MergeBranchDialog({ branch, current, onDone }: { branch: Branch; current: string; onDone: () => void }) {
  const { project, store } = useProject();
  const refresh = useRefresh();
  const [decided, setDecided] = useState<Decided>({ solved: {}, sides: {} });
  const [deciding, setDeciding] = useState<FileConflict | null>(null);
  // One object for one file: another would take away what was decided in the dialog so far.
  const told = useMemo(() => (deciding === null ? null : toldOf(deciding)), [deciding]);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: async () => {
      await requireSaved(store);
      return versionsApi.merge(project, branch.name, decided);
    },
    onSuccess: (merged) => {
      if (merged.conflicts.length > 0) return;
      refresh(true);
      onDone();
      toast.success(words.merged(branch.name));
    },
  });
  const conflicts = data?.conflicts ?? [];
  const areDecided = conflicts.every(({ path }) => isDecidedOf(decided, path));
  if (told !== null && deciding !== null) {
    const keep = (merged: string | null): void => {
      // null in that dialog: what the other side has stays.
      setDecided(merged === null ? { ...decided, sides: { ...decided.sides, [deciding.path]: "theirs" } } : { ...decided, solved: { ...decided.solved, [deciding.path]: merged } });
      setDeciding(null);
    };
    return (
      <Suspense fallback={null}>
        <MergeDialog told={told} sides={words.mergeSides(branch.name, current)} onDone={keep} />
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
          <Button weight="accent" icon={GitMerge} disabled={isPending || !areDecided} onClick={() => mutate()} data-testid="merge-now">
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
            <ConflictRow
              key={conflict.path}
              conflict={conflict}
              names={{ mine: current, theirs: branch.name }}
              isDecided={isDecidedOf(decided, conflict.path)}
              onOpen={() => setDeciding(conflict)}
              onTake={(side) => setDecided({ ...decided, sides: { ...decided.sides, [conflict.path]: side } })}
            />
          ))}
        </ul>
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}

const isDecidedOf = ({ solved, sides }: Decided, path: string): boolean => path in solved || path in sides;

interface ConflictRowProps {
  conflict: FileConflict;
  names: Readonly<Record<"mine" | "theirs", string>>;
  isDecided: boolean;
  onOpen: () => void;
  onTake: (side: "mine" | "theirs") => void;
}

/** A file that both branches changed: looked at side by side, or taken from one of them. */
function ConflictRow({ conflict, names, isDecided, onOpen, onTake }: ConflictRowProps) {
  const { path, mine, theirs, is_text: isText } = conflict;
  return (
    <li className="flex flex-wrap items-center justify-between gap-2" data-testid={`conflict-${path}`}>
      <span className="min-w-0 flex-1 break-all">{path}</span>
      {isDecided && (
        <span className="flex items-center gap-1 text-xs text-accent-strong">
          <CircleCheck className="size-4" aria-hidden="true" />
          {words.solved}
        </span>
      )}
      {!isDecided && isText && mine !== null && theirs !== null && <Button onClick={onOpen}>{words.solve}</Button>}
      {!isDecided && (!isText || mine === null || theirs === null) && (
        <span className="flex flex-wrap gap-2">
          <Button onClick={() => onTake("mine")}>{mine === null && isText ? words.leaveGone(names.mine) : words.takeOf(names.mine)}</Button>
          <Button onClick={() => onTake("theirs")}>{theirs === null && isText ? words.leaveGone(names.theirs) : words.takeOf(names.theirs)}</Button>
        </span>
      )}
    </li>
  );
}
