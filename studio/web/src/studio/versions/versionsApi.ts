/** What the page about versions asks of the server. */

import { projectUrl } from "../api/client";
import { request } from "../api/http";
import type { Flow, Json } from "../api/types";

export type Change = "added" | "removed" | "changed" | "moved";

export interface HistoryStatus {
  readonly kind: string;
  readonly is_available: boolean;
  /** Committing needs nobody's leave. */
  readonly is_free: boolean;
  readonly problem: string | null;
  readonly branch: string | null;
  readonly head: string | null;
  readonly changes: Readonly<Record<string, Change>>;
}

export interface Commit {
  readonly id: string;
  readonly author: string;
  readonly at: number;
  readonly message: string;
}

export interface HistoryPage {
  readonly status: HistoryStatus;
  readonly commits: readonly Commit[];
}

export interface EdgeChange {
  readonly from: string;
  readonly to: string | null;
  readonly condition: string | null;
  readonly state: "added" | "removed";
}

export interface FlowChange {
  readonly id: string;
  readonly change: Change;
  readonly steps: Readonly<Record<string, Change>>;
  /** New key → old key, where it differs. */
  readonly was: Readonly<Record<string, string>>;
  readonly edges: readonly EdgeChange[];
  readonly properties: Readonly<Record<string, Change>>;
  readonly before: Flow | null;
  readonly after: Flow | null;
}

export interface ContentChange {
  readonly section: string;
  readonly name: string;
  readonly change: Change;
  readonly before: Json;
  readonly after: Json;
}

export interface Difference {
  readonly text: string;
  readonly flows: readonly FlowChange[];
  readonly content: readonly ContentChange[];
}

export interface Branch {
  readonly name: string;
  readonly commit: string;
  readonly is_current: boolean;
  readonly ahead: number;
  readonly behind: number;
}

export interface FileConflict {
  readonly path: string;
  readonly base: string | null;
  readonly mine: string | null;
  readonly theirs: string | null;
  readonly merged: string | null;
  readonly conflicts: readonly { readonly start_line: number; readonly end_line: number }[];
  readonly is_text: boolean;
}

/** What becomes of files in conflict: a text, or one side whole (`mine` is that of the current branch). */
export interface Decided {
  readonly solved: Readonly<Record<string, string>>;
  readonly sides: Readonly<Record<string, "mine" | "theirs">>;
}

export interface Merged {
  readonly commit: string | null;
  readonly conflicts: readonly FileConflict[];
}

export type EnvironmentName = "staging" | "production";

export interface Publication {
  readonly number: number;
  readonly environment: EnvironmentName;
  readonly version: string;
  readonly kind: "publish" | "rollback";
  readonly by: string;
  readonly at: string;
  readonly message: string;
  readonly notes: readonly string[];
  /** Of a trained set: the commit of each flow that was not as in the draft, null where it was left out. */
  readonly flows: Readonly<Record<string, string | null>>;
}

/** One that was published before; `can_run`: its files are there, or the history has them. */
export interface Earlier extends Publication {
  readonly can_run: boolean;
}

export interface Published extends Publication {
  readonly left_out: readonly { readonly path: string; readonly reason: string }[];
}

/** Flow versions that were trained together, under the name of what they are. */
export interface TrainedSet {
  readonly version: string;
  readonly at: number;
  readonly by: string;
  readonly flows: Readonly<Record<string, string | null>>;
}

export interface EnvironmentState {
  readonly environment: EnvironmentName;
  readonly current: Publication | null;
  readonly is_whole: boolean;
  readonly changes: Readonly<Record<string, Change>>;
  readonly publications: readonly Earlier[];
}

export const PAGE = 50;
const part = encodeURIComponent;

export const versionsApi = {
  history: (project: string, skip: number): Promise<HistoryPage> => request("GET", projectUrl(project, `/history?most=${PAGE}&skip=${skip}`)),
  difference: (project: string, commit: string, against: string | null): Promise<Difference> =>
    request("GET", projectUrl(project, `/history/${part(commit)}/diff${against === null ? "" : `?against=${part(against)}`}`)),
  commit: (project: string, message: string, is_allowed: boolean): Promise<{ commit: string }> => request("POST", projectUrl(project, "/commit"), { body: { message, is_allowed } }),
  restore: (project: string, commit: string, flow: string | null, is_allowed: boolean): Promise<unknown> =>
    request("POST", projectUrl(project, "/restore"), { body: { commit, flow, is_allowed } }),
  branches: (project: string): Promise<readonly Branch[]> => request("GET", projectUrl(project, "/branches")),
  newBranch: (project: string, name: string, start: string | null): Promise<Branch> => request("POST", projectUrl(project, "/branches"), { body: { name, start } }),
  switch: (project: string, name: string): Promise<unknown> => request("POST", projectUrl(project, "/branches/switch"), { body: { name } }),
  merge: (project: string, name: string, decided: Decided): Promise<Merged> => request("POST", projectUrl(project, "/branches/merge"), { body: { name, ...decided } }),
  deleteBranch: (project: string, name: string, is_forced: boolean): Promise<void> => request("POST", projectUrl(project, "/branches/delete"), { body: { name, is_forced } }),
  environments: (project: string): Promise<readonly EnvironmentState[]> => request("GET", projectUrl(project, "/environments")),
  trained: (project: string): Promise<readonly TrainedSet[]> => request("GET", projectUrl(project, "/trained")),
  publish: (project: string, given: { environment: EnvironmentName; message: string; is_allowed: boolean; version: string | null }): Promise<Published> =>
    request("POST", projectUrl(project, "/publish"), { body: given }),
  rollback: (project: string, environment: EnvironmentName, version: string | null, message: string): Promise<Publication> =>
    request("POST", projectUrl(project, "/rollback"), { body: { environment, version, message } }),
};
