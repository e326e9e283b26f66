/** What of the draft is not committed yet, and committing it. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { GitCommitVertical } from "lucide-react";
import { type FormEvent, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { Badge, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Check, Field, TextInput } from "../ui/Field";
import { toast } from "../ui/toasts";
import { requireSaved } from "./requireSaved";
import { TONES } from "./tones";
import { useRefresh } from "./useVersions";
import { versionsApi } from "./versionsApi";

const MOST = 20;

/** `isProblemTold`: why there is no history stands above it already. */
export function CommitCard({ isProblemTold = false }: { isProblemTold?: boolean }) {
  const { project, store } = useProject();
  const { may } = useSession();
  const refresh = useRefresh();
  const [message, setMessage] = useState("");
  const [isAllowed, setAllowed] = useState(false);
  const [isTried, setTried] = useState(false);
  const { data } = useQuery({ queryKey: ["versions", project, "history", 0], queryFn: () => versionsApi.history(project, 0) });
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      await requireSaved(store);
      return versionsApi.commit(project, message.trim(), isAllowed);
    },
    onSuccess: () => {
      setMessage("");
      setTried(false);
      toast.success(words.committed);
      refresh();
    },
  });
  if (data === undefined) return <SkeletonRows count={2} />;
  const { status } = data;
  const changes = Object.entries(status.changes);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (message.trim() !== "") mutate();
  };
  return (
    <div className="flex flex-col gap-3" data-testid="commit-card">
      {status.branch !== null && <p className="text-xs text-soft">{words.onBranch(status.branch)}</p>}
      {status.problem !== null && !isProblemTold && <p className="text-sm text-soft">{status.problem}</p>}
      {status.is_available && <p className="text-sm">{words.uncommitted(changes.length)}</p>}
      {changes.length > 0 && (
        <ul className="flex flex-col gap-1 text-sm">
          {changes.slice(0, MOST).map(([path, change]) => (
            <li key={path} className="flex items-center justify-between gap-2">
              <span className="min-w-0 truncate" title={path}>
                {path}
              </span>
              <Badge tone={TONES[change]}>{words.states[change]}</Badge>
            </li>
          ))}
        </ul>
      )}
      {may("edit") && (!status.is_available || changes.length > 0) && status.kind !== "missing" && (
        <form className="flex flex-col gap-2" onSubmit={save}>
          <Field label={words.message} help={words.commitHint} error={error !== null ? wordsOf(error) : isTried && message.trim() === "" ? words.messageMissing : null}>
            {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} maxLength={2000} value={message} onChange={setMessage} data-testid="commit-message" />}
          </Field>
          {!status.is_free && <Check label={status.is_available ? words.allow : words.begin} help={status.is_available ? words.notOurs : words.beginHelp} isChecked={isAllowed} onChange={setAllowed} />}
          <Button icon={GitCommitVertical} type="submit" disabled={isPending || (!status.is_free && !isAllowed)} className="self-start" data-testid="commit">
            {words.commit}
          </Button>
        </form>
      )}
    </div>
  );
}
