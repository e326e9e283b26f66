/** One training: its state, its log as it grows, and what was made. */

import { CircleAlert, CircleCheck, CircleSlash, LoaderCircle, type LucideIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { trainStrings as words } from "../../strings/en/training";
import { Badge } from "../ui/Bits";
import { ago } from "../ui/time";
import type { JobState, Part } from "./trainApi";
import type { Followed } from "./useJob";

export const STATES: Readonly<Record<JobState, { icon: LucideIcon; tone: string }>> = {
  running: { icon: LoaderCircle, tone: "text-accent animate-breathe" },
  done: { icon: CircleCheck, tone: "text-accent" },
  failed: { icon: CircleAlert, tone: "text-danger" },
  stopped: { icon: CircleSlash, tone: "text-soft" },
};

export function JobCard({ followed: { job, lines, isLost } }: { followed: Followed }) {
  const log = useRef<HTMLPreElement>(null);
  useEffect(() => {
    // Follow the end, unless somebody has scrolled up to read.
    const element = log.current;
    if (element !== null && element.scrollHeight - element.scrollTop - element.clientHeight < 80) element.scrollTop = element.scrollHeight;
  }, [lines.length]);
  if (job === null) return null;
  const { icon: Icon, tone } = STATES[job.state];
  const parts = job.result?.parts ?? [];
  return (
    <section className="flex flex-col gap-3 rounded-lg border bg-surface p-4" data-testid="job" data-state={job.state}>
      <header className="flex flex-wrap items-center gap-2">
        <Icon className={`size-5 shrink-0 ${tone}`} aria-hidden="true" />
        <h2 className="text-sm font-semibold" role="status">
          {job.state === "running" ? words.running : job.message || words.state[job.state]}
        </h2>
        <span className="text-xs text-soft">
          {words.runningFor(ago(job.began_at, Date.now()), job.by)}
          {job.ended_at !== null && ` · ${words.took(job.ended_at - job.began_at)}`}
        </span>
      </header>
      {isLost && <p className="text-xs text-warning">{words.lost}</p>}
      {parts.length > 0 && <Parts parts={parts} />}
      {job.result?.changed === false && <p className="text-sm text-soft">{words.unchanged}</p>}
      <details open={job.state === "running" || job.state === "failed"}>
        <summary className="text-xs font-semibold text-soft">{words.log}</summary>
        <pre ref={log} tabIndex={0} aria-label={words.log} className="scroller mt-2 max-h-64 rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre-wrap" data-testid="job-log">
          {lines.length === 0 ? words.noLog : lines.join("\n")}
        </pre>
      </details>
    </section>
  );
}

function Parts({ parts }: { parts: readonly Part[] }) {
  const states = words.part as Readonly<Record<string, string>>;
  return (
    <ul aria-label={words.parts} className="flex flex-col gap-1 text-sm" data-testid="parts">
      {parts.map((part) => (
        <li key={part.name} className="flex flex-wrap items-center gap-2">
          <Badge tone={part.state === "failed" ? "danger" : "accent"}>{states[part.state] ?? part.state}</Badge>
          <span className="font-medium">{part.name}</span>
          <span className="min-w-0 flex-1 text-soft">{part.told}</span>
          <span className="text-xs text-soft">{words.seconds(part.seconds)}</span>
        </li>
      ))}
    </ul>
  );
}
