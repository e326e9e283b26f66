/** Trainings since the server was started. */

import { trainStrings as words } from "../../strings/en/training";
import { ago } from "../ui/time";
import { STATES } from "./JobCard";
import type { Job } from "./trainApi";

export function JobList({ jobs, chosen, onChoose }: { jobs: readonly Job[]; chosen: string | null; onChoose: (id: string) => void }) {
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-sm font-semibold">{words.history}</h2>
      {jobs.length === 0 && <p className="text-sm text-soft">{words.noHistoryYet}</p>}
      {jobs.length > 0 && (
        <ul className="divide-y rounded-lg border bg-surface" data-testid="jobs">
          {jobs.map((job) => {
            const { icon: Icon, tone } = STATES[job.state];
            return (
              <li key={job.id}>
                <button
                  type="button"
                  aria-current={job.id === chosen}
                  onClick={() => onChoose(job.id)}
                  className="flex w-full flex-wrap items-center gap-2 px-4 py-2 text-left text-sm hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=true]:bg-accent-wash"
                >
                  <Icon className={`size-4 shrink-0 ${tone}`} aria-hidden="true" />
                  <span className="font-medium">{words.state[job.state]}</span>
                  <span className="min-w-0 flex-1 truncate text-soft">{job.message}</span>
                  <span className="text-xs text-soft">{`${job.by} · ${ago(job.began_at, Date.now())}`}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
