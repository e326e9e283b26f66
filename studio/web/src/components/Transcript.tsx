/** The conversation as it happens. New lines are read out; what is still being recognised is not. */

import { ArrowDown } from "lucide-react";
import { Fragment, useEffect, useRef, useState } from "react";
import type { AssistantInfo } from "../call/server";
import type { Conversation, Entry } from "../core/conversation";
import { isInCall, type Phase } from "../core/phase";
import { strings } from "../strings";
import { AssistantLine } from "./AssistantLine";
import { Pill } from "./Buttons";
import { NoteLine } from "./NoteLine";
import { PartialLine, UserLine } from "./UserLine";

interface TranscriptProps {
  phase: Phase;
  conversation: Conversation;
  assistant: AssistantInfo | null;
  onSay(text: string): void;
}

/** This close to the end, the view follows new lines. */
const FOLLOW_PX = 80;

export function Transcript({ phase, conversation, assistant, onSay }: TranscriptProps) {
  const { entries, partial } = conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const toEnd = (): void => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  // Whatever grows, a new line, an opened fold or the window itself, the end stays in view while it is followed.
  useEffect(() => {
    if (!isFollowing || scroller.current === null || content.current === null) return;
    const observer = new ResizeObserver(toEnd);
    observer.observe(scroller.current);
    observer.observe(content.current);
    return () => observer.disconnect();
  }, [isFollowing]);
  const onScroll = (): void => {
    const view = scroller.current;
    if (view !== null) setFollowing(view.scrollHeight - view.scrollTop - view.clientHeight < FOLLOW_PX);
  };
  const lastKey = entries.at(-1)?.key;
  const line = (entry: Entry) => {
    switch (entry.kind) {
      case "user":
        return <UserLine entry={entry} />;
      case "assistant":
        return (
          <AssistantLine entry={entry} isLast={isInCall(phase) && entry.key === lastKey} onSay={onSay} />
        );
      case "note":
        return <NoteLine entry={entry} assistant={assistant} />;
    }
  };

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        aria-label={strings.transcript.label}
        role="region"
        className="scroller min-h-0 flex-1 px-4 focus-visible:-outline-offset-2 lg:px-6"
      >
        <div
          ref={content}
          lang={assistant?.language}
          className="mx-auto max-w-180 py-6"
          data-testid="transcript"
        >
          {phase.kind === "asking" || phase.kind === "connecting" ? (
            <Connecting />
          ) : (
            entries.length === 0 && <p className="text-sm text-soft">{strings.transcript.waiting}</p>
          )}
          <div role="log" aria-live="polite" aria-relevant="additions" className="flex flex-col gap-4">
            {entries.map((entry) => (
              <Fragment key={entry.key}>{line(entry)}</Fragment>
            ))}
          </div>
          {partial !== null && <PartialLine text={partial} />}
        </div>
      </div>
      {!isFollowing && (
        <Pill
          weight="outline"
          size="small"
          icon={ArrowDown}
          onClick={toEnd}
          className="absolute bottom-4 left-1/2 -translate-x-1/2"
        >
          {strings.transcript.latest}
        </Pill>
      )}
    </div>
  );
}

function Connecting() {
  return (
    <div aria-label={strings.transcript.connecting} role="status" className="flex flex-col gap-4">
      <div className="skeleton h-6 w-3/5" />
      <div className="skeleton h-6 w-2/5" />
    </div>
  );
}
