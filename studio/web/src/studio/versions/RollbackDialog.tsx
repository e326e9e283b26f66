/** Running an earlier version again: says what it means for calls, then one click. */

import { useMutation } from "@tanstack/react-query";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { useRefresh } from "./useVersions";
import { type Publication, versionsApi } from "./versionsApi";

export function RollbackDialog({ to, onDone }: { to: Publication; onDone: () => void }) {
  const { project } = useProject();
  const refresh = useRefresh();
  const name = words.environments[to.environment];
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => versionsApi.rollback(project, to.environment, to.version, ""),
    onSuccess: () => {
      refresh();
      onDone();
      toast.success(words.rolledBack(name));
    },
  });
  return (
    <Dialog
      title={words.rollbackTitle(name)}
      isOpen
      onClose={onDone}
      testId="rollback-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" disabled={isPending} onClick={() => mutate()} data-testid="rollback-now">
            {words.rollback}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2 p-4 text-sm">
        <p className="text-soft">{words.rollbackHint(to.message)}</p>
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}
