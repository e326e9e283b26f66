/** How often tests came through the steps and ways of a flow, by what the canvas calls them. Free of React. */

import { END, type Flow, START, type Step } from "../api/types";
import { edgeId } from "../canvas/graph";
import type { CoveredFlow } from "./coverageApi";

export interface Heat {
  /** How often each step was run, by key. */
  readonly runs: ReadonlyMap<string, number>;
  /** How often each way was gone, by edge id. */
  readonly ways: ReadonlyMap<string, number>;
  /** By edge id: between 0 (never) and 1 (most often). */
  readonly warmth: Readonly<Record<string, number>>;
  readonly coveredSteps: number;
  readonly coveredWays: number;
}

const nameOf = (step: Step): string => step.engine_id ?? step.id ?? step.key;

/** A way is as warm as the logarithm of its count: one test more tells much where there was none, and little at 100. */
export function heatOf(flow: Flow, covered: CoveredFlow): Heat {
  const names = new Map([[START, START], [END, END], ...flow.steps.map((step) => [step.key, nameOf(step)] as const)]);
  const runs = new Map(flow.steps.map((step) => [step.key, covered.steps[nameOf(step)] ?? 0]));
  const ways = new Map(flow.edges.map((edge) => [edgeId(edge), covered.edges[`${names.get(edge.from) ?? ""} -> ${names.get(edge.to ?? "") ?? ""}`] ?? 0]));
  const most = Math.max(1, ...ways.values());
  const warmth = Object.fromEntries([...ways].map(([id, count]) => [id, Math.log1p(count) / Math.log1p(most)]));
  return {
    runs,
    ways,
    warmth,
    coveredSteps: [...runs.values()].filter((count) => count > 0).length,
    coveredWays: [...ways.values()].filter((count) => count > 0).length,
  };
}

/** How far a run is, read from the last line of its log: `[3/12] passed …`. */
export function progressOf(line: string | undefined): { done: number; all: number } {
  const found = /^\[(\d+)\/(\d+)\]/.exec(line ?? "");
  return { done: Number(found?.[1] ?? 0), all: Number(found?.[2] ?? 0) };
}

/** Whether an assistant has tests at all. */
export function hasTests(paths: readonly string[]): boolean {
  return paths.some((path) => /^(e2e_tests|tests)\/.*\.ya?ml$/.test(path) && !/(^|\/)(commands|conftest)\.yml$/.test(path));
}
