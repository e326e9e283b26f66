/** A quiet line between the others: a flow began or ended, a noise was ignored, something failed. */

import { Check, CirclePlay, CircleX, TriangleAlert, VolumeX } from "lucide-react";
import type { AssistantInfo } from "../call/server";
import type { NoteEntry } from "../core/conversation";
import { flowName } from "../core/names";
import { strings } from "../strings";

const ICONS = {
  turn_dropped: VolumeX,
  flow_started: CirclePlay,
  flow_completed: Check,
  flow_cancelled: CircleX,
  fault: TriangleAlert,
};

export function NoteLine({ entry, assistant }: { entry: NoteEntry; assistant: AssistantInfo | null }) {
  const Icon = ICONS[entry.note];
  const isFlow = entry.note.startsWith("flow_");
  const detail = isFlow ? flowName(entry.detail, assistant?.flows ?? []) : entry.detail;
  return (
    <p
      data-testid="note"
      data-note={entry.note}
      className={`flex items-center gap-2 text-xs ${entry.note === "fault" ? "text-danger" : "text-soft"}`}
    >
      <span className="grid w-5 shrink-0 place-items-center">
        <Icon className="size-3.5" aria-hidden="true" />
      </span>
      <span className="min-w-0 break-words">{strings.notes[entry.note](detail)}</span>
    </p>
  );
}
