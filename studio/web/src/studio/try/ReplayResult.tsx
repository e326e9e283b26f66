/** What has become of turns that were taken again: which are the same, and what differs in the others. */

import { Check, Diff, X } from "lucide-react";
import { slotText } from "../../core/format";
import { tryStrings } from "../../strings/en/try";
import { Badge } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import type { Compared, Rewound, Trace } from "./tryApi";
import { useTry } from "./trySession";

const words = tryStrings.replayed;

export function ReplayResult({ turn, result }: { turn: number; result: Rewound }) {
  const dismiss = useTry((session) => session.dismissReplay);
  const differing = result.again.filter((one) => one.differs.length > 0).length;
  const back = turn === 0 ? tryStrings.rewound.start : tryStrings.rewound.title(turn);
  return (
    <section className="scroller max-h-[45%] shrink-0 border-b bg-page px-4 py-2 text-xs" data-testid="try-again-result" data-differing={differing}>
      <div className="flex items-center gap-2">
        <p className="min-w-0 flex-1 text-sm font-semibold">{result.again.length === 0 ? back : words.title(differing, result.again.length)}</p>
        <IconButton icon={X} label={words.dismiss} onClick={dismiss} />
      </div>
      {result.again.length === 0 && <p className="text-soft">{tryStrings.rewound.note}</p>}
      {result.notes.map((note) => (
        <p key={note} className="text-warning">
          {note}
        </p>
      ))}
      <ol className="flex flex-col gap-1 py-1">
        {result.again.map((one, index) => (
          <Turn key={index} one={one} />
        ))}
      </ol>
    </section>
  );
}

function Turn({ one }: { one: Compared }) {
  const isSame = one.differs.length === 0;
  return (
    <li data-testid="try-compared" data-differs={one.differs.join(" ")}>
      <details className="rounded-md border bg-surface">
        <summary className="flex min-h-8 list-none flex-wrap items-center gap-2 px-2 py-1">
          <span className="min-w-0 flex-1 truncate">{one.changed.user}</span>
          {isSame ? (
            <Badge icon={Check}>{words.same}</Badge>
          ) : (
            <Badge tone="accent" icon={Diff}>
              {one.differs.map((name) => words.differs[name] ?? name).join(", ")}
            </Badge>
          )}
        </summary>
        {!isSame && (
          <dl className="grid grid-cols-2 gap-2 border-t p-2">
            {one.differs.map((name) => (
              <div key={name} className="col-span-2 grid grid-cols-2 gap-2">
                <Side title={words.before} text={shown(one.recorded, name)} tone="text-soft" />
                <Side title={words.now} text={shown(one.changed, name)} tone="text-ink" />
              </div>
            ))}
          </dl>
        )}
      </details>
    </li>
  );
}

function Side({ title, text, tone }: { title: string; text: string; tone: string }) {
  return (
    <div className="min-w-0">
      <dt className="font-medium">{title}</dt>
      <dd className={`break-words whitespace-pre-line ${tone}`}>{text === "" ? words.nothing : text}</dd>
    </div>
  );
}

function shown(trace: Trace, name: string): string {
  if (name === "slots") return Object.entries(trace.slots).map(([slot, value]) => `${slot}: ${slotText(value)}`).join("\n");
  const list = trace[name as "commands" | "said" | "flows" | "actions"];
  return Array.isArray(list) ? list.join("\n") : "";
}
