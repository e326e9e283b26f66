/** The comments on a step, or on a flow: read, write, answer, settle, delete one's own. */

import { useEffect, useRef } from "react";
import { commentStrings as words } from "../../strings/en/comments";
import type { Flow } from "../api/types";
import { useMarks } from "../canvas/marks";
import { Folded, Section } from "../inspector/Section";
import { Badge } from "../ui/Bits";
import { Composer } from "./Composer";
import { useCommentsUi } from "./commentsUi";
import { useCommentGestures } from "./gestures";
import { ThreadCard } from "./ThreadCard";
import { openCount, type Thread } from "./threads";

const NONE: readonly Thread[] = [];

/** `step` null: the comments of the flow, and those of steps that are gone. */
export function CommentsSection({ flow, step }: { flow: Flow; step: string | null }) {
  const { comments } = useMarks();
  const gestures = useCommentGestures(flow.id, step);
  const section = useRef<HTMLDivElement>(null);
  const threads = comments.threads.get(step) ?? NONE;
  const open = threads.filter((thread) => !thread.first.is_settled);
  const settled = threads.filter((thread) => thread.first.is_settled);
  const isWanted = useCommentsUi(({ wanted }) => wanted !== null && wanted.flow === flow.id && wanted.step === step);
  useEffect(() => {
    if (!isWanted) return;
    useCommentsUi.getState().taken();
    section.current?.scrollIntoView({ block: "start" });
    section.current?.querySelector<HTMLElement>("[data-composer]")?.focus({ preventScroll: true });
  }, [isWanted]);
  const count = openCount(threads);
  return (
    <div ref={section} data-testid="comments">
      <Section title={step === null ? words.ofFlow : words.ofStep} aside={count > 0 && <Badge tone="accent">{words.open(count)}</Badge>}>
        {comments.isLost && <p className="text-xs text-warning">{words.lost}</p>}
        {open.map((thread) => (
          <ThreadCard key={thread.first.id} thread={thread} gestures={gestures} />
        ))}
        <Composer place={`${flow.id}|${step ?? ""}`} label={words.write} button={words.send} onSend={(text) => gestures.add(text, null)} isMain />
      </Section>
      {settled.length > 0 && (
        <Folded title={words.settled(settled.length)}>
          {settled.map((thread) => (
            <ThreadCard key={thread.first.id} thread={thread} gestures={gestures} />
          ))}
        </Folded>
      )}
    </div>
  );
}
