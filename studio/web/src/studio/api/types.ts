/** The shapes that the studio's server and its page share. Their names are those of the HTTP interface. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const STEP_TYPES = ["action", "collect", "set_slots", "link", "call", "noop", "unknown"] as const;
export type StepType = (typeof STEP_TYPES)[number];
export type EdgeKind = "next" | "if" | "else";

/** START in `from`, END in `to`. */
export const START = "START";
export const END = "END";

export interface Step {
  readonly key: string;
  readonly id: string | null;
  readonly type: StepType;
  /** The step's keys as they are in the file, but `id` and `next`. */
  readonly fields: Readonly<Record<string, Json>>;
  readonly path: readonly (string | number)[];
  readonly line: number;
  readonly end_line: number;
  readonly depth: number;
  /** What the engine's events call the step: its id, or the name it gets there. */
  readonly engine_id?: string;
}

export interface Edge {
  readonly from: string;
  /** null, with `to_id`: it names a step that does not exist. */
  readonly to: string | null;
  readonly kind: EdgeKind;
  readonly index: number;
  readonly condition: string | null;
  /** No `next` is written: it falls to the following step or to the end. */
  readonly is_implicit: boolean;
  readonly to_id: string | null;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Flow {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly end_line: number;
  readonly name: string;
  readonly description: string;
  readonly is_pattern: boolean;
  /** Comes from our built-in patterns and is not overridden. */
  readonly is_default: boolean;
  readonly is_customised: boolean;
  readonly properties: Readonly<Record<string, Json>>;
  readonly steps: readonly Step[];
  readonly edges: readonly Edge[];
  readonly positions: Readonly<Record<string, Point>>;
  readonly etag: string;
  /** The flow as it is written. */
  readonly text?: string;
  readonly unreadable?: Unreadable | null;
}

/** Its file does not parse just now: it is shown as it last was, and cannot be changed. */
export interface Unreadable {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface Finding {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly flow: string | null;
  readonly step: string | null;
  readonly name: string | null;
}

export interface FlowSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly is_pattern: boolean;
  readonly is_default: boolean;
  readonly is_customised: boolean;
  readonly n_steps: number;
  readonly changed_at: string | number | null;
  readonly etag: string;
  readonly errors: number;
  readonly warnings: number;
  /** What the last run of the tests came through; `etag`: of the flow as it was then. */
  readonly tests: { readonly cases: number; readonly covered_steps: number; readonly etag?: string } | null;
  readonly calls: readonly string[];
  readonly links: readonly string[];
  readonly unreadable?: Unreadable | null;
}

export interface Named {
  readonly name: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly used_by?: readonly string[];
  readonly unreadable?: Unreadable | null;
}

export interface EntitySummary extends Named {
  /** Roles and groups. */
  readonly options?: Json;
}

export interface SlotSummary extends Named {
  readonly type: string;
  readonly values?: readonly string[];
}

export interface ResponseSummary extends Named {
  readonly variations: number;
  readonly languages: readonly string[];
  readonly missing_languages: readonly string[];
}

export interface ActionSummary extends Named {
  readonly effect: "none" | "read" | "write" | null;
  readonly is_found: boolean;
}

export interface FileSummary {
  readonly path: string;
  readonly size: number;
  readonly is_editable: boolean;
  readonly unreadable?: Unreadable | null;
}

export interface Outline {
  readonly revision: number;
  readonly assistant: { readonly id: string; readonly language: string; readonly languages: readonly string[] };
  readonly flows: readonly FlowSummary[];
  readonly slots: readonly SlotSummary[];
  readonly responses: readonly ResponseSummary[];
  readonly intents: readonly Named[];
  readonly entities: readonly EntitySummary[];
  readonly actions: readonly ActionSummary[];
  readonly documents: readonly Named[];
  readonly files: readonly FileSummary[];
}

export interface Edited {
  readonly revision: number;
  readonly flows: readonly Flow[];
  readonly removed: readonly string[];
  readonly outline: Outline | null;
  readonly findings: readonly Finding[];
  readonly undo: readonly Command[];
  readonly moved: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly files: Readonly<Record<string, string>>;
  /** Where what others did was merged in: etags of what is there without it, which later gestures were made on. */
  readonly own?: Base;
  /** What could not follow a change, in words. */
  readonly notes?: readonly string[];
}

export interface EdgeAt {
  readonly from: string;
  readonly kind: EdgeKind;
  readonly index: number;
}

export interface NewStep {
  readonly type: StepType;
  readonly id?: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export type Section = "slots" | "responses" | "intents" | "entities" | "actions" | "session_config";

/** What the page showed of an entry when it was changed: what others have made of it since is not written over. */
export type Seen = { readonly value: Json } | { readonly is_there: false };
export const NOT_THERE: Seen = { is_there: false };

export type Command =
  | { op: "add_step"; flow: string; at: EdgeAt | null; step: NewStep }
  | { op: "delete_step"; flow: string; key: string }
  | { op: "move_step"; flow: string; key: string; after: string }
  | { op: "rename_step"; flow: string; key: string; id: string }
  | { op: "set_field"; flow: string; key: string | null; path: readonly (string | number)[]; value?: Json }
  | {
      op: "connect";
      flow: string;
      from: string;
      kind: EdgeKind;
      index: number;
      to: string | null;
      condition?: string;
    }
  | { op: "delete_branch"; flow: string; from: string; index: number }
  | { op: "move_branch"; flow: string; from: string; index: number; to_index: number }
  | { op: "paste_steps"; flow: string; at: EdgeAt | null; yaml: string }
  | { op: "add_flow"; id: string; name: string; description: string; file?: string; steps?: Json }
  | { op: "delete_flow"; flow: string }
  | { op: "rename_flow"; flow: string; id: string; name?: string }
  | { op: "duplicate_flow"; flow: string; id: string }
  | { op: "customise_pattern"; flow: string }
  | { op: "reset_pattern"; flow: string }
  | { op: "set_positions"; flow: string; positions: Readonly<Record<string, Point | null>> }
  | { op: "put"; section: Section; name: string; value?: Json; file?: string; seen: Seen }
  | { op: "rename"; section: Section; name: string; to: string; seen: Seen }
  | { op: "put_examples"; intent: string; kind?: "lookup"; examples: readonly string[]; file?: string; seen: readonly string[] }
  | { op: "write_file"; path: string; text: string }
  | { op: "delete_file"; path: string }
  | { op: "patch"; file: string; edits: readonly { start: number; end: number; old: string; new: string; before?: string; after?: string }[] };

export interface Base {
  readonly flows: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

export interface Conflict {
  readonly type: "conflict";
  readonly flow?: string | null;
  /** The entry of the content that both changed. */
  readonly entry?: string | null;
  readonly file?: string;
  readonly base: string;
  readonly theirs: string;
  readonly mine: string;
  readonly merged: string;
  readonly conflicts: readonly { readonly start_line: number; readonly end_line: number }[];
  /** What the file is now: the merged text is written on top of this. */
  readonly etag?: string;
  /** What else the gesture does, in other files. */
  readonly rest?: readonly Command[];
  /** What puts the person's part in the place of theirs, once theirs was kept. */
  readonly back?: readonly Command[];
  /** Etags of what the person has: what waits behind the gesture was made on that. */
  readonly own?: Base;
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
  readonly etag: string;
}

/** A condition as the builder shows it. */
export type ConditionTree =
  | { readonly all: readonly ConditionTree[] }
  | { readonly any: readonly ConditionTree[] }
  | { readonly not: ConditionTree }
  | ConditionLeaf;

export interface ConditionLeaf {
  readonly slot?: string;
  readonly context?: string;
  readonly operator: string;
  readonly value?: Json;
}

export interface ParsedCondition {
  readonly parsed: ConditionTree | null;
  readonly error: string | null;
}

export interface SearchHit {
  readonly kind: string;
  readonly name: string;
  readonly text?: string;
  readonly flow?: string | null;
  readonly step?: string | null;
  readonly file?: string | null;
  readonly line?: number | null;
}

export interface ProjectSummary {
  readonly id: string;
  readonly name: string;
  readonly language?: string;
  readonly changed_at?: string | number | null;
  readonly [key: string]: Json | undefined;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role?: string;
}

export interface Present extends Person {
  /** The page's own random name: one person may have several pages open. */
  readonly client?: string;
  readonly flow?: string | null;
  readonly step?: string | null;
}

export type ProjectEvent =
  | { type: "edited"; revision: number; flows: readonly string[]; files: readonly string[]; by: string | null; client?: string }
  | { type: "findings"; revision: number; findings?: readonly Finding[] }
  | { type: "hello" | "presence"; people: readonly Present[]; revision?: number | null; stream?: string }
  | { type: "log"; job: string; n_lines: number }
  | { type: "job"; [key: string]: Json }
  | { type: "comment"; [key: string]: Json }
  | { type: "tests"; state: "running" | "done" | "failed" | "stopped" }
  | { type: "files_changed" | "lost" | "comments" | "published" | "history" };
