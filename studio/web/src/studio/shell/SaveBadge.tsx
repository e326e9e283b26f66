/** Whether everything is saved: always in view. */

import { CircleCheck, CloudOff, GitMerge, LoaderCircle, TriangleAlert } from "lucide-react";
import { shellStrings } from "../../strings/en/studio";
import { useDoc } from "../document/DocumentProvider";
import { useUnsent } from "../document/unsent";

const words = shellStrings.save;

export function SaveBadge() {
  const sent = useDoc((state) => state.save);
  const isWriting = useUnsent(({ count }) => count > 0);
  const save = sent === "saved" && isWriting ? "saving" : sent;
  const count = useDoc((state) => state.queue.length);
  const trouble = useDoc((state) => state.trouble);
  const isKept = useDoc((state) => state.isKept);
  const sendAgain = useDoc((state) => state.sendAgain);
  const shared = "inline-flex h-8 shrink-0 items-center gap-2 rounded-md px-2 text-xs font-medium";
  if (save === "offline" || save === "unsaved") {
    const Away = save === "offline" ? CloudOff : TriangleAlert;
    return (
      <button
        type="button"
        onClick={sendAgain}
        title={`${save === "offline" ? words.offlineHint : `${trouble ?? ""} ${words.unsavedHint}`}${isKept ? "" : ` ${words.notKept}`}`}
        data-testid="save-state"
        data-state={save}
        className={`${shared} bg-danger-wash text-danger`}
      >
        <Away className="size-4" aria-hidden="true" />
        {words[save](count)}
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
