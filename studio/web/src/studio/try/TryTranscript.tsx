/** The conversation as it happens; each turn of the caller tells how it was understood. */

import { useEffect, useMemo, useRef } from "react";
import { useCall } from "../../call/hooks";
import { AssistantLine } from "../../components/AssistantLine";
import { NoteLine } from "../../components/NoteLine";
import { PartialLine } from "../../components/UserLine";
import type { AssistantInfo } from "../../call/server";
import type { Entry } from "../../core/conversation";
import { isInCall } from "../../core/phase";
import { tryStrings } from "../../strings/en/try";
import { useDoc } from "../document/DocumentProvider";
import { TurnCard } from "./TurnCard";
import { numbered } from "./turns";
import { tryCall, useTry } from "./trySession";

/** This close to the end, the view follows new lines. */
const FOLLOW_PX = 120;

export function TryTranscript() {
  const { phase, conversation } = useCall(tryCall);
  const outline = useDoc((state) => state.outline);
  const mode = useTry((session) => session.mode);
  const scroller = useRef<HTMLDivElement>(null);
  const { entries, partial } = conversation;
  const numbers = useMemo(() => numbered(entries), [entries]);
  const assistant = useMemo(
    (): AssistantInfo | null =>
      outline === null ? null : { id: outline.assistant.id, name: outline.assistant.id, language: outline.assistant.language, flows: [...outline.flows], slots: [] },
    [outline],
  );
  useEffect(() => {
    const view = scroller.current;
    if (view !== null && view.scrollHeight - view.scrollTop - view.clientHeight < view.clientHeight / 2 + FOLLOW_PX) {
      view.scrollTo({ top: view.scrollHeight });
    }
  }, [entries, partial]);
  const lastKey = entries.at(-1)?.key;
  const line = (entry: Entry) => {
    if (entry.kind === "user") return <TurnCard entry={entry} number={numbers.get(entry.key) ?? null} />;
    if (entry.kind === "note") return <NoteLine entry={entry} assistant={assistant} />;
    const isUnheard = mode === "call" && isInCall(phase) && entry.replyId === null && conversation.replyId === null && entry.key === lastKey;
    return (
      <div className={isUnheard ? "opacity-70" : ""} title={isUnheard ? tryStrings.notHeard : undefined}>
        <AssistantLine entry={mode === "chat" ? { ...entry, stoppedAfterMs: null } : entry} isLast={isInCall(phase) && entry.key === lastKey} onSay={tryCall.say} />
      </div>
    );
  };
  return (
    <div ref={scroller} tabIndex={0} role="region" aria-label={tryStrings.tabs.conversation} className="scroller min-h-0 flex-1 px-4 py-4 focus-visible:-outline-offset-2" data-testid="try-transcript">
      {entries.length === 0 && <p className="text-sm text-soft">{isInCall(phase) ? tryStrings.waiting : ""}</p>}
      <div role="log" aria-live="polite" aria-relevant="additions" lang={outline?.assistant.language} className="flex flex-col gap-3">
        {entries.map((entry) => (
          <div key={entry.key}>{line(entry)}</div>
        ))}
      </div>
      {partial !== null && <PartialLine text={partial} />}
    </div>
  );
}
