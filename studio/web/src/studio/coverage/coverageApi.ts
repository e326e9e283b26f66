/** What the tests cover, asked of the server. */

import { projectUrl } from "../api/client";
import { request } from "../api/http";
import type { Job } from "../train/trainApi";

export interface CoveredFlow {
  /** Of the flow when the tests ran. */
  readonly etag: string;
  readonly cases: number;
  /** How often each step was run, by the engine's name of it. */
  readonly steps: Readonly<Record<string, number>>;
  /** How often each way was gone: "from -> to", by the engine's names, START and END. */
  readonly edges: Readonly<Record<string, number>>;
}

interface TestCase {
  readonly file: string;
  readonly name: string;
}

export interface Coverage {
  /** Seconds since 1970; null where the tests never ran here. */
  readonly at: number | null;
  readonly by: string | null;
  /** Nothing has changed since. */
  readonly is_current: boolean;
  readonly flows: Readonly<Record<string, CoveredFlow>>;
  readonly passed: number;
  readonly failed: readonly TestCase[];
  readonly not_run: readonly TestCase[];
}

/** A job as a training is one; of its log the last line comes with it. */
export type TestRun = Pick<Job, "id" | "by" | "state" | "message" | "lines">;

const RUNS = "/tests/runs";

export const coverageApi = {
  coverage: (project: string): Promise<Coverage> => request("GET", projectUrl(project, "/coverage")),
  runs: (project: string): Promise<readonly TestRun[]> => request("GET", projectUrl(project, RUNS)),
  run: (project: string): Promise<TestRun> => request("POST", projectUrl(project, RUNS)),
  stop: (project: string, run: string): Promise<TestRun> => request("POST", projectUrl(project, `${RUNS}/${encodeURIComponent(run)}/stop`)),
};
