/** What goes on inside the call: flow, response time, slots. */

import type { ReactNode } from "react";
import type { AssistantInfo } from "../call/server";
import type { Conversation } from "../core/conversation";
import { strings } from "../strings";
import { FlowPanel } from "./FlowPanel";
import { LatencyPanel } from "./LatencyPanel";
import { SlotsPanel } from "./SlotsPanel";

interface InsidePanelProps {
  conversation: Conversation;
  assistant: AssistantInfo | null;
  className: string;
}

export function InsidePanel({ conversation, assistant, className }: InsidePanelProps) {
  return (
    <aside
      aria-label={strings.views.details}
      className={`scroller min-h-0 min-w-0 bg-surface lg:border-l ${className}`}
    >
      <FlowPanel conversation={conversation} assistant={assistant} />
      <LatencyPanel entries={conversation.entries} />
      <SlotsPanel slots={conversation.slots} known={assistant?.slots ?? []} />
    </aside>
  );
}

interface PanelProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, aside, children }: PanelProps) {
  return (
    <section aria-label={title} className="border-b px-4 py-4 last:border-b-0 lg:px-6">
      <div className="mb-3 flex h-5 items-center justify-between gap-4">
        <h2 className="text-sm font-semibold">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
