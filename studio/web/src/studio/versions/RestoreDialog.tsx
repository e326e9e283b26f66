/** Brings back an earlier state, or one flow of it. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check } from "../ui/Field";
import { toast } from "../ui/toasts";
import { requireSaved } from "./requireSaved";
import { useRefresh } from "./useVersions";
import { versionsApi } from "./versionsApi";

interface RestoreDialogProps {
  commit: string;
  title: string;
  flow: string | null;
  isFree: boolean;
  onDone: () => void;
}

export function RestoreDialog({ commit, title, flow, isFree, onDone }: RestoreDialogProps) {
  const { project, store } = useProject();
  const refresh = useRefresh();
  const [isAllowed, setAllowed] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      await requireSaved(store);
      return versionsApi.restore(project, commit, flow, isAllowed);
    },
    onSuccess: () => {
      refresh(true);
      onDone();
      toast.success(words.restored);
    },
  });
  return (
    <Dialog
      title={words.restoreTitle(flow ?? `“${title}”`)}
      isOpen
      onClose={onDone}
      testId="restore-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" disabled={isPending || (!isFree && !isAllowed)} onClick={() => mutate()} data-testid="restore-now">
            {flow === null ? words.restore : words.restoreFlow}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 p-4 text-sm">
        <p className="text-soft">{words.restoreHint}</p>
        {!isFree && <Check label={words.allow} help={words.notOurs} isChecked={isAllowed} onChange={setAllowed} />}
        {error !== null && <p role="alert" className="text-danger">{wordsOf(error)}</p>}
      </div>
    </Dialog>
  );
}
