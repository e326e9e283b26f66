/** How a turn was understood, folded away under it: the deciding stage and the commands. */

import { ChevronRight } from "lucide-react";
import type { UserEntry } from "../core/conversation";
import { strings } from "../strings";

export function TurnDetails({ entry }: { entry: UserEntry }) {
  const { understood, isTyped } = entry;
  if (understood === null) {
    return <p className="mt-1 h-6 animate-breathe text-xs leading-6 text-soft">{strings.turn.pending}</p>;
  }
  const facts = [
    isTyped ? strings.transcript.typed : null,
    strings.turn.by(understood.stage),
    strings.latency.ms(Math.round(understood.tookMs)),
  ];
  return (
    <details
      className="group mt-1 flex max-w-[85%] flex-col items-end"
      data-testid="turn-details"
      data-stage={understood.stage}
    >
      <summary className="flex h-6 list-none items-center gap-1 rounded-sm text-xs text-soft hover:text-ink">
        <ChevronRight
          className="size-3 shrink-0 transition-transform group-open:rotate-90"
          aria-hidden="true"
        />
        {facts.filter((fact) => fact !== null).join(" · ")}
      </summary>
      {understood.commands.length === 0 ? (
        <p className="mt-1 text-xs text-soft">{strings.turn.noCommands}</p>
      ) : (
        <ol
          className="mt-1 flex flex-col gap-1"
          aria-label={strings.turn.commands(understood.commands.length)}
        >
          {understood.commands.map((command, i) => (
            <li
              key={i}
              className="rounded-sm bg-sunken px-2 py-1 font-mono text-xs break-all"
              data-testid="command"
            >
              {command}
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
