/** What the page about training asks of the server. */

import { projectUrl } from "../api/client";
import { request } from "../api/http";

export type JobState = "running" | "done" | "failed" | "stopped";
export type Change = "added" | "changed" | "removed";

export interface Part {
  readonly name: string;
  readonly state: string;
  readonly seconds: number;
  readonly told: string;
}

export interface Job {
  readonly id: string;
  readonly by: string;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly state: JobState;
  readonly message: string;
  readonly result: { readonly parts?: readonly Part[]; readonly changed?: boolean } | null;
  readonly n_lines: number;
  readonly lines: readonly string[];
}

export interface Changes {
  readonly trained_at: number | null;
  readonly by: string | null;
  readonly files: Readonly<Record<string, Change>>;
  readonly flows: Readonly<Record<string, Change>>;
  readonly is_current: boolean;
}

/** A version of each flow that does not go in as in the draft: a commit, or null to leave it out. */
export type Versions = Readonly<Record<string, string | null>>;

export const trainApi = {
  changes: (project: string): Promise<Changes> => request("GET", projectUrl(project, "/changes")),
  jobs: (project: string): Promise<readonly Job[]> => request("GET", projectUrl(project, "/jobs")),
  /** One training with its log, from a line on. */
  job: (project: string, job: string, since: number): Promise<Job> => request("GET", projectUrl(project, `/jobs/${encodeURIComponent(job)}?since=${since}`)),
  start: (project: string, flows: Versions): Promise<Job> => request("POST", projectUrl(project, "/train"), { body: { flows } }),
  stop: (project: string, job: string): Promise<Job> => request("POST", projectUrl(project, `/jobs/${encodeURIComponent(job)}/stop`)),
};
