/** Whether everything is saved: always in view. */

import { CircleCheck, CloudOff, GitMerge, LoaderCircle } from "lucide-react";
import { shellStrings } from "../../strings/en/studio";
import { useDoc } from "../document/DocumentProvider";

const words = shellStrings.save;

export function SaveBadge() {
  const save = useDoc((state) => state.save);
  const count = useDoc((state) => state.queue.length);
  const sendAgain = useDoc((state) => state.sendAgain);
  const shared = "inline-flex h-8 shrink-0 items-center gap-2 rounded-md px-2 text-xs font-medium";
  if (save === "offline") {
    return (
      <button
        type="button"
        onClick={sendAgain}
        title={words.offlineHint}
        data-testid="save-state"
        data-state={save}
        className={`${shared} bg-danger-wash text-danger`}
      >
        <CloudOff className="size-4" aria-hidden="true" />
        {words.offline(count)}
      </button>
    );
  }
  const Icon = save === "saved" ? CircleCheck : save === "saving" ? LoaderCircle : GitMerge;
  return (
    <span
      role="status"
      data-testid="save-state"
      data-state={save}
      className={`${shared} ${save === "conflict" ? "text-danger" : "text-soft"}`}
    >
      <Icon className="size-4" aria-hidden="true" />
      <span className="max-sm:sr-only">{words[save]}</span>
    </span>
  );
}
