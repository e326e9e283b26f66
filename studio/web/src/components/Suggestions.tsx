/** What the assistant can do, as things to say. */

import type { AssistantInfo } from "../call/server";
import { humanise } from "../core/format";
import { strings } from "../strings";

const SHOWN = 6;

export function Suggestions({ assistant }: { assistant: AssistantInfo | null }) {
  const more = (assistant?.flows.length ?? 0) - SHOWN;
  return (
    <section aria-label={strings.suggestions.title} className="mt-6 w-full text-left">
      <h2 className="text-sm font-medium text-soft">{strings.suggestions.title}</h2>
      <ul className="mt-3 grid grid-cols-1 gap-2 sm:grid-cols-2" data-testid="suggestions">
        {assistant === null
          ? Array.from({ length: SHOWN }, (_, i) => (
              <li key={i} className="rounded-lg border bg-surface px-4 py-3">
                <div className="skeleton my-0.5 h-4 w-32" />
                <div className="skeleton mt-1.5 mb-0.5 h-3 w-full" />
              </li>
            ))
          : assistant.flows.slice(0, SHOWN).map((flow) => (
              <li key={flow.id} className="min-w-0 rounded-lg border bg-surface px-4 py-3">
                <p className="text-sm font-medium">{humanise(flow.name || flow.id)}</p>
                <p className="truncate text-xs text-soft" title={flow.description}>
                  {flow.description}
                </p>
              </li>
            ))}
      </ul>
      {more > 0 && <p className="mt-3 text-xs text-soft">{strings.suggestions.more(more)}</p>}
    </section>
  );
}
