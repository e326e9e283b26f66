/** What the assistant said, how far it got, and the answers that it offers. */

import { Hand } from "lucide-react";
import type { AssistantEntry } from "../core/conversation";
import { strings } from "../strings";
import { Pill } from "./Buttons";
import { Glyph } from "./Glyph";

interface AssistantLineProps {
  entry: AssistantEntry;
  isLast: boolean;
  onSay(text: string): void;
}

export function AssistantLine({ entry, isLast, onSay }: AssistantLineProps) {
  const stoppedAfterMs = entry.stoppedAfterMs;
  return (
    <div className="flex max-w-[92%] gap-3" data-testid="assistant-line">
      <Glyph className="mt-0.5 size-5 shrink-0" />
      <div className="min-w-0">
        <p className="text-base break-words whitespace-pre-line">{entry.text}</p>
        {stoppedAfterMs !== null && (
          <p className="mt-1 flex items-center gap-1.5 text-xs text-warning" data-testid="barge-in">
            <Hand className="size-3.5" aria-hidden="true" />
            {stoppedAfterMs > 0
              ? strings.transcript.stopped((stoppedAfterMs / 1000).toFixed(1))
              : strings.transcript.unheard}
          </p>
        )}
        {isLast && entry.buttons.length > 0 && (
          <div className="mt-2 flex flex-wrap gap-2">
            {entry.buttons.map((button) => (
              <Pill key={button.payload} weight="outline" size="small" onClick={() => onSay(button.payload)}>
                {button.title}
              </Pill>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
