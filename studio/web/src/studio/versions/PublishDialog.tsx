/** Publishing the draft, or a set that was trained: a few words on what is new; production asks once more; errors lead to their place. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { ApiProblem, wordsOf } from "../api/http";
import type { Finding } from "../api/types";
import { useFocusStep } from "../canvas/focusStore";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check, Choice, Field, TextArea } from "../ui/Field";
import { ago } from "../ui/time";
import { toast } from "../ui/toasts";
import { requireSaved } from "./requireSaved";
import { SetFlows } from "./SetFlows";
import { useTrainedSets } from "./useTrainedSets";
import { useRefresh } from "./useVersions";
import { type EnvironmentName, type TrainedSet, versionsApi } from "./versionsApi";

const DRAFT = "";

interface PublishDialogProps {
  environment: EnvironmentName;
  /** Of a trained set; without it the draft is proposed. */
  version?: string;
  onDone: () => void;
}

export function PublishDialog({ environment, version, onDone }: PublishDialogProps) {
  const { project, store } = useProject();
  const sets = useTrainedSets();
  const [chosen, setChosen] = useState(version ?? DRAFT);
  const chosenSet = sets.find((one) => one.version === chosen);
  const refresh = useRefresh();
  const { go } = useFocusStep();
  const [message, setMessage] = useState("");
  const [isSure, setSure] = useState(environment === "staging");
  const [isAllowed, setAllowed] = useState(false);
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (chosen === DRAFT) await requireSaved(store);
      return versionsApi.publish(project, { environment, message: message.trim(), is_allowed: isAllowed, version: chosen === DRAFT ? null : chosen });
    },
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
        {sets.length > 0 && (
          <Field label={words.what} help={chosen === DRAFT ? undefined : words.setHint}>
            {({ id, describedBy }) => <Choice id={id} describedBy={describedBy} value={chosen} options={[{ value: DRAFT, label: words.draftAsItIs }, ...sets.map(optionOf)]} onChange={setChosen} />}
          </Field>
        )}
        {chosenSet !== undefined && <SetFlows flows={chosenSet.flows} />}
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

function optionOf({ version, at, by }: TrainedSet): { value: string; label: string } {
  return { value: version, label: words.trainedSet(ago(at, Date.now()), by) };
}
