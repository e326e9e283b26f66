/** Publishing the draft: a few words on what is new; production asks once more; errors lead to their place. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { ApiProblem, wordsOf } from "../api/http";
import type { Finding } from "../api/types";
import { useFocusStep } from "../canvas/focusStore";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check, Field, TextArea } from "../ui/Field";
import { toast } from "../ui/toasts";
import { useRefresh } from "./useVersions";
import { type EnvironmentName, versionsApi } from "./versionsApi";

export function PublishDialog({ environment, onDone }: { environment: EnvironmentName; onDone: () => void }) {
  const { project } = useProject();
  const refresh = useRefresh();
  const { go } = useFocusStep();
  const [message, setMessage] = useState("");
  const [isSure, setSure] = useState(environment === "staging");
  const [isAllowed, setAllowed] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => versionsApi.publish(project, environment, message.trim(), isAllowed),
    onSuccess: ({ left_out: leftOut }) => {
      refresh();
      onDone();
      toast.success(words.published(words.environments[environment]));
      if (leftOut.length > 0) toast.info(words.leftOut(leftOut.map(({ path }) => path).join(", ")));
    },
  });
  const findings = error instanceof ApiProblem && Array.isArray(error.body.findings) ? (error.body.findings as Finding[]) : [];
  const asksLeave = error instanceof ApiProblem && /allow/.test(`${error.code} ${error.message}`);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (message.trim() !== "" && isSure) mutate();
  };
  const title = words.publishTo(words.environments[environment]);
  return (
    <Dialog title={title} isOpen onClose={onDone} testId="publish-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <p className="text-sm text-soft">{words.publishHint}</p>
        <Field label={words.message} help={words.messageMissing}>
          {({ id, describedBy }) => <TextArea id={id} aria-describedby={describedBy} autoFocus required maxLength={2000} value={message} onChange={setMessage} data-testid="publish-message" />}
        </Field>
        {environment === "production" && <Check label={words.publishProduction} isChecked={isSure} onChange={setSure} />}
        {asksLeave && <Check label={words.allow} help={words.notOurs} isChecked={isAllowed} onChange={setAllowed} />}
        {error !== null && (
          <div role="alert" className="flex flex-col gap-1 rounded-md bg-danger-wash p-3 text-sm text-danger" data-testid="publish-problem">
            <p className="break-words">{wordsOf(error)}</p>
            {findings.length > 0 && <p className="font-medium">{words.errorsFirst}</p>}
            {findings.slice(0, 10).map((finding, index) => (
              <button key={index} type="button" className="text-left break-words underline underline-offset-2" onClick={() => go(finding)}>
                {`${finding.file}:${finding.line}: ${finding.message}`}
              </button>
            ))}
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending || !isSure || message.trim() === ""} data-testid="publish-now">
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
