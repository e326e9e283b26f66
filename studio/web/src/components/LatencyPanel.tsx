/** Where the gap of each turn went: a bar and its numbers, which add up to the gap. Newest first. */

import { Ear } from "lucide-react";
import type { Entry, Latency } from "../core/conversation";
import { accountFor, median, type Part } from "../core/latency";
import { PART_NAMES } from "../core/events";
import { strings } from "../strings";
import { Panel } from "./InsidePanel";

interface MeasuredTurn {
  readonly key: number;
  readonly number: number;
  readonly latency: Latency;
  readonly heardGapMs: number | null;
}

/** Literal class names, for the style sheet's generator to find. */
const FILLS: Record<Part["name"], string> = {
  endpoint: "bg-endpoint",
  recognition: "bg-recognition",
  understanding: "bg-understanding",
  flow: "bg-flow",
  first_audio: "bg-first_audio",
  other: "bg-other",
};

export function LatencyPanel({ entries }: { entries: readonly Entry[] }) {
  const turns = measuredTurns(entries);
  const middle = median(turns.map((turn) => turn.latency.gapMs));
  const longest = Math.max(...turns.map((turn) => turn.latency.gapMs));
  return (
    <Panel
      title={strings.latency.title}
      aside={
        turns.length > 1 &&
        middle !== null && (
          <span className="text-xs text-soft tabular-nums">
            {strings.latency.median(strings.latency.ms(Math.round(middle)))}
          </span>
        )
      }
    >
      <Legend />
      {turns.length === 0 && (
        <>
          <div className="mt-2 h-2.5 rounded-sm bg-sunken" aria-hidden="true" />
          <p className="mt-2 text-sm text-pretty text-soft">{strings.latency.none}</p>
        </>
      )}
      <ol
        className="scroller flex max-h-[max(11rem,34dvh)] flex-col"
        tabIndex={turns.length > 3 ? 0 : undefined}
      >
        {turns.map((turn) => (
          <Strip key={turn.key} turn={turn} longest={longest} />
        ))}
      </ol>
    </Panel>
  );
}

function measuredTurns(entries: readonly Entry[]): MeasuredTurn[] {
  return entries
    .filter((entry) => entry.kind === "user")
    .map(({ key, latency, heardGapMs }, i) => ({ key, latency, heardGapMs, number: i + 1 }))
    .filter((turn): turn is MeasuredTurn => turn.latency !== null)
    .toReversed();
}

const COLUMNS = "grid grid-cols-5 gap-x-2 gap-y-1";

function Legend() {
  return (
    <ul className="mb-1 flex flex-wrap gap-x-2 gap-y-1 max-xl:gap-x-4 xl:justify-between" aria-hidden="true">
      {PART_NAMES.map((name) => (
        <li key={name} className="flex items-center gap-1.5 text-xs text-soft">
          <span className={`size-2 rounded-sm ${FILLS[name]}`} />
          {strings.latency.parts[name]}
        </li>
      ))}
    </ul>
  );
}

function Strip({ turn, longest }: { turn: MeasuredTurn; longest: number }) {
  const parts = accountFor(turn.latency.gapMs, turn.latency.parts);
  const { ms, heard, heardHint, bar, turn: turnName } = strings.latency;
  return (
    <li className="border-t py-2 first:border-t-0" data-testid="latency-strip" data-turn={turn.number}>
      <div className="flex items-baseline gap-2">
        <span className="text-xs text-soft">{turnName(turn.number)}</span>
        {turn.heardGapMs !== null && (
          <span
            className="ml-auto flex items-center gap-1 text-xs text-soft tabular-nums"
            title={heardHint}
            data-testid="heard-gap-ms"
            data-ms={turn.heardGapMs}
          >
            <Ear className="size-3 self-center" aria-hidden="true" />
            {heard(ms(turn.heardGapMs))}
          </span>
        )}
        <span
          className={`text-sm font-semibold tabular-nums ${turn.heardGapMs === null ? "ml-auto" : "ml-2"}`}
          data-testid="gap-ms"
          data-ms={turn.latency.gapMs}
        >
          {ms(turn.latency.gapMs)}
        </span>
      </div>
      <div className="mt-1 h-2.5" role="img" aria-label={bar(turn.number)}>
        <Bar parts={parts} width={longest === 0 ? 0 : turn.latency.gapMs / longest} />
      </div>
      <dl className={`${COLUMNS} mt-1`}>
        {parts.map((part) => (
          <div key={part.name} className="flex items-center gap-1 text-xs tabular-nums">
            <dt>
              <span className={`block size-2 rounded-sm ${FILLS[part.name]}`} aria-hidden="true" />
              <span className="sr-only">{strings.latency.parts[part.name]}</span>
            </dt>
            <dd data-testid={`part-${part.name}`} data-ms={part.ms} title={strings.latency.parts[part.name]}>
              {part.ms}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function Bar({ parts, width }: { parts: readonly Part[]; width: number }) {
  return (
    <div className="flex h-full gap-px overflow-hidden rounded-sm" style={{ width: `${width * 100}%` }}>
      {parts.map((part) => (
        <div
          key={part.name}
          className={FILLS[part.name]}
          style={{ width: `${part.share * 100}%` }}
          title={`${strings.latency.parts[part.name]} ${strings.latency.ms(part.ms)}`}
        />
      ))}
    </div>
  );
}
