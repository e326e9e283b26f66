/** Branches: make, switch, merge, delete, try. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { EllipsisVertical, GitBranch, GitMerge, MessageCircle, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { useShell } from "../shell/shellStore";
import { Badge, Empty, SkeletonRows } from "../ui/Bits";
import { Button, IconButton } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toasts";
import { DeleteBranchDialog } from "./DeleteBranchDialog";
import { MergeBranchDialog } from "./MergeBranchDialog";
import { NewBranchDialog } from "./NewBranchDialog";
import { requireSaved } from "./requireSaved";
import { useRefresh } from "./useVersions";
import { type Branch, versionsApi } from "./versionsApi";

type Dialog = { kind: "new" } | { kind: "merge" | "delete"; branch: Branch };

export function Branches() {
  const { project, store } = useProject();
  const { may } = useSession();
  const refresh = useRefresh();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { data: branches, error } = useQuery({ queryKey: ["versions", project, "branches"], queryFn: () => versionsApi.branches(project) });
  const change = useMutation({
    mutationFn: async (name: string) => {
      await requireSaved(store);
      return versionsApi.switch(project, name);
    },
    onSuccess: (_, name) => {
      refresh(true);
      toast.success(words.switched(name));
    },
    onError: (problem) => toast.error(wordsOf(problem)),
  });
  if (error !== null) return <Empty icon={GitBranch} title={words.noHistory} hint={wordsOf(error)} />;
  if (branches === undefined) return <SkeletonRows count={3} />;
  const current = branches.find(({ is_current }) => is_current)?.name ?? "";
  const close = (): void => setDialog(null);
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-soft">{words.branchesHint}</p>
        <Button weight="accent" icon={Plus} disabled={!may("edit")} onClick={() => setDialog({ kind: "new" })} data-testid="new-branch">
          {words.newBranch}
        </Button>
      </div>
      <ul className="divide-y rounded-lg border bg-surface">
        {branches.map((branch) => (
          <li key={branch.name} className="flex flex-wrap items-center gap-2 px-4 py-2 text-sm" data-testid={`branch-${branch.name}`}>
            <GitBranch className="size-4 shrink-0 text-soft" aria-hidden="true" />
            <span className="min-w-0 font-medium break-all">{branch.name}</span>
            {branch.is_current && <Badge tone="accent">{words.current}</Badge>}
            {branch.ahead > 0 && <span className="text-xs text-soft">{words.ahead(branch.ahead)}</span>}
            {branch.behind > 0 && <span className="text-xs text-soft">{words.behind(branch.behind)}</span>}
            <span className="ml-auto flex gap-2">
              {branch.is_current ? (
                <Button icon={MessageCircle} onClick={() => useShell.getState().setTryOpen(true)}>
                  {words.tryIt}
                </Button>
              ) : (
                <>
                  <Button disabled={change.isPending || !may("edit")} onClick={() => change.mutate(branch.name)} data-testid={`switch-${branch.name}`}>
                    {words.switch}
                  </Button>
                  <Menu
                    trigger={<IconButton icon={EllipsisVertical} label={words.actions(branch.name)} disabled={!may("edit")} />}
                    items={[
                      { label: words.merge, icon: GitMerge, onSelect: () => setDialog({ kind: "merge", branch }) },
                      null,
                      { label: words.delete, icon: Trash2, isDangerous: true, onSelect: () => setDialog({ kind: "delete", branch }) },
                    ]}
                  />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {dialog?.kind === "new" && <NewBranchDialog branches={branches} onDone={close} />}
      {dialog?.kind === "merge" && <MergeBranchDialog branch={dialog.branch} current={current} onDone={close} />}
      {dialog?.kind === "delete" && <DeleteBranchDialog branch={dialog.branch} onDone={close} />}
    </>
  );
}
