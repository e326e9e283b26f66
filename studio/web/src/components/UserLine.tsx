/** What the caller said: while it is recognised, and as it was understood. */

import type { UserEntry } from "../core/conversation";
import { strings } from "../strings";
import { TurnDetails } from "./TurnDetails";

export function UserLine({ entry }: { entry: UserEntry }) {
  return (
    <div className="flex flex-col items-end" data-testid="user-line">
      <span className="sr-only">{strings.transcript.you}: </span>
      <p className="max-w-[85%] rounded-xl rounded-br-sm bg-accent-wash px-4 py-2 text-base break-words">
        {entry.text}
      </p>
      <TurnDetails entry={entry} />
    </div>
  );
}

/** Lighter and dashed: this may still change, and the final line takes its place. */
export function PartialLine({ text }: { text: string }) {
  return (
    <div className="mt-4 flex flex-col items-end" data-testid="partial" aria-hidden="true">
      <p className="max-w-[85%] rounded-xl rounded-br-sm border border-dashed border-edge px-4 py-2 text-base break-words text-soft">
        {text}
        <span className="animate-breathe">…</span>
      </p>
      <div className="mt-1 h-6" />
    </div>
  );
}
