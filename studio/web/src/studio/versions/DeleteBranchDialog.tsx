/** Deletes a branch; one whose commits are nowhere else only if that is wanted. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check } from "../ui/Field";
import { toast } from "../ui/toasts";
import { useRefresh } from "./useVersions";
import { type Branch, versionsApi } from "./versionsApi";

export function DeleteBranchDialog({ branch, onDone }: { branch: Branch; onDone: () => void }) {
  const { project } = useProject();
  const refresh = useRefresh();
  const [isForced, setForced] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => versionsApi.deleteBranch(project, branch.name, isForced),
    onSuccess: () => {
      refresh();
      onDone();
      toast.success(words.deleted(branch.name));
    },
  });
  return (
    <Dialog
      title={words.deleteTitle(branch.name)}
      isOpen
      onClose={onDone}
      testId="delete-branch-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="danger" disabled={isPending} onClick={() => mutate()} data-testid="confirm-delete">
            {words.delete}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 p-4 text-sm">
        {branch.ahead > 0 && (
          <>
            <p className="text-soft">{words.deleteHint}</p>
            <Check label={words.deleteForced} isChecked={isForced} onChange={setForced} />
          </>
        )}
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}
