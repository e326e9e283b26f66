/** A server for tests that keeps its project in memory: real answers, made by the same rules as the optimistic ones. */

import { applied, touched } from "../document/optimistic";
import type { DocumentApi } from "./client";
import { ApiProblem, ServerUnreachable } from "./http";
import { type Base, type Command, type Conflict, type Edge, type Edited, END, type Finding, type Flow, type Json, type Outline, START, type Step, type StepType, STEP_TYPES } from "./types";

/** A step as short as a test wants it: `{id, collect: "x", next: …}`. */
export type ShortStep = Readonly<Record<string, Json>>;

/** Make a flow of a flat list of steps with ids. */
export function flowOf(id: string, steps: readonly ShortStep[]): Flow {
  const made: Step[] = [];
  const edges: Edge[] = [];
  const keyAt = (index: number): string => (index >= steps.length ? END : keyOf(steps[index] ?? {}, index));
  const lead = (from: string, to: string, kind: Edge["kind"], index: number, condition: string | null, isImplicit = false): void => {
    edges.push({ from, to, kind, index, condition, is_implicit: isImplicit, to_id: null });
  };
  lead(START, keyAt(0), "next", 0, null, true);
  steps.forEach((short, index) => {
    const { id: own, next, ...fields } = short;
    const type = STEP_TYPES.find((each) => each in fields) ?? ("unknown" as StepType);
    const key = keyAt(index);
    made.push({ key, id: typeof own === "string" ? own : null, type, fields, path: ["steps", index], line: 10 + index, end_line: 10 + index, depth: 0 });
    if (type === "link") return;
    if (Array.isArray(next)) {
      next.forEach((branch, at) => {
        const row = branch as Record<string, string>;
        if (row.if !== undefined) lead(key, row.then ?? END, "if", at, row.if);
        else lead(key, row.else ?? END, "else", at, null);
      });
    } else if (typeof next === "string") lead(key, next, "next", 0, null);
    else lead(key, keyAt(index + 1), "next", 0, null, true);
  });
  return {
    id,
    file: "data/flows.yml",
    line: 1,
    end_line: 99,
    name: id,
    description: `What ${id} does.`,
    is_pattern: false,
    is_default: false,
    is_customised: false,
    properties: {},
    steps: made,
    edges,
    positions: {},
    etag: "1",
  };
}

function keyOf(step: ShortStep, index: number): string {
  return typeof step.id === "string" ? step.id : `~steps.${index}`;
}

export function outlineOf(flows: readonly Flow[], revision = 1): Outline {
  return {
    revision,
    assistant: { id: "fake", language: "en", languages: ["en"] },
    flows: flows.map(({ id, name, description, file, is_pattern, is_default, is_customised, etag, steps }) => ({
      id, name, description, file, is_pattern, is_default, is_customised, etag,
      n_steps: steps.length, changed_at: null, errors: 0, warnings: 0, tests: null, calls: [], links: [],
    })),
    slots: [{ name: "amount", type: "float" }, { name: "confirmed", type: "bool" }, { name: "day", type: "text" }],
    responses: [], intents: [], entities: [], actions: [], documents: [], files: [],
  };
}

export interface FakeServer {
  readonly api: DocumentApi;
  /** Every gesture that arrived. */
  readonly gestures: { label: string; commands: readonly Command[]; base: Base; gesture: string }[];
  flow(id: string): Flow;
  /** The network is away, or there again. */
  setAway(isAway: boolean): void;
  /** Do the next gesture, and let nobody hear of it. */
  loseNextAnswer(): void;
  /** Refuse the next gesture so. */
  refuseNext(problem: ApiProblem): void;
  /** Somebody else does something. */
  byOthers(commands: readonly Command[]): void;
  findings: readonly Finding[];
  /** From now on questions of this kind are answered, with what was so when they were asked, only after `release`. */
  hold(kind: "outline" | "flow" | "findings" | "file" | "edit"): Held;
}

export interface Held {
  readonly asked: number;
  release(): void;
}

/** Undo is a command of its own kind here: it puts a whole flow back. */
const BACK = "fake/back";

export function fakeServer(given: readonly Flow[]): FakeServer {
  const flows = new Map(given.map((flow) => [flow.id, flow]));
  const pasts: Flow[][] = [];
  const gestures: FakeServer["gestures"] = [];
  let revision = 1;
  let isAway = false;
  let refusal: ApiProblem | null = null;
  let isAnswerLost = false;
  /** By the names of the gestures: what is sent again is answered again. */
  const answers = new Map<string, Edited>();
  let findings: readonly Finding[] = [];
  const slots: string[] = [];
  const held = new Map<string, { asked: number; gate: Promise<void> }>();

  const outline = (): Outline => {
    const made = outlineOf([...flows.values()], revision);
    return { ...made, slots: [...made.slots, ...slots.map((name) => ({ name, type: "text" }))] };
  };

  const answer = async <T>(kind: string, made: T): Promise<T> => {
    const gate = held.get(kind);
    if (gate === undefined) return made;
    gate.asked += 1;
    await gate.gate;
    return made;
  };

  const put = (ids: readonly string[], next: (flow: Flow) => Flow): Edited => {
    revision += 1;
    const before = ids.flatMap((id) => flows.get(id) ?? []);
    pasts.push(before);
    const undo: Command[] = [{ op: "delete_file", path: `${BACK}/${pasts.length - 1}` }];
    const after = before.map((flow) => ({ ...next(flow), etag: String(revision) }));
    for (const flow of after) flows.set(flow.id, flow);
    return { revision, flows: after, removed: [], outline: null, findings: [], undo, moved: {}, files: {} };
  };

  const done = (commands: readonly Command[]): Edited => {
    const made = commands.flatMap((command) => (command.op === "put" && command.section === "slots" ? [command.name] : []));
    slots.push(...made);
    const edited = put(touched(commands), (flow) => commands.reduce(applied, flow));
    return made.length > 0 ? { ...edited, outline: outline() } : edited;
  };

  const carriedOut = (commands: readonly Command[]): Edited => {
    const [first] = commands;
    if (first?.op !== "delete_file" || !first.path.startsWith(BACK)) return done(commands);
    const past = pasts[Number(first.path.split("/").at(-1))] ?? [];
    return put(past.map((flow) => flow.id), (now) => past.find((flow) => flow.id === now.id) ?? now);
  };

  const api: DocumentApi = {
    outline: () => answer("outline", outline()),
    flow: async (id) => {
      const flow = flows.get(id);
      if (flow === undefined) throw new ApiProblem(404, "nothing-there", `There is no flow '${id}'.`, {});
      return answer("flow", flow);
    },
    findings: () => answer("findings", findings),
    edit: async (commands, base, label, gesture) => {
      if (isAway) throw new ServerUnreachable();
      if (refusal !== null) {
        const problem = refusal;
        refusal = null;
        throw problem;
      }
      const known = answers.get(gesture);
      if (known !== undefined) return known;
      gestures.push({ label, commands, base, gesture });
      const made = answers.set(gesture, carriedOut(commands)).get(gesture) as Edited;
      if (!isAnswerLost) return answer("edit", made);
      isAnswerLost = false;
      throw new ServerUnreachable();
    },
    file: async (path) => {
      if (isAway) throw new ServerUnreachable();
      return answer("file", { path, text: "", etag: "1" });
    },
    parseCondition: async () => ({ parsed: null, error: null }),
    writeCondition: async () => "",
    search: async () => [],
  };
  return {
    api,
    gestures,
    flow: (id) => flows.get(id) as Flow,
    setAway: (away) => {
      isAway = away;
    },
    loseNextAnswer: () => {
      isAnswerLost = true;
    },
    refuseNext: (problem) => {
      refusal = problem;
    },
    byOthers: (commands) => void done(commands),
    get findings() {
      return findings;
    },
    set findings(told) {
      findings = told;
    },
    hold: (kind) => {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      const state = { asked: 0, gate };
      held.set(kind, state);
      return {
        get asked() {
          return state.asked;
        },
        release: () => {
          held.delete(kind);
          open();
        },
      };
    },
  };
}

export function conflictProblem(told: Partial<Conflict>): ApiProblem {
  const body: Conflict = { type: "conflict", file: "data/flows.yml", base: "a", theirs: "b", mine: "c", merged: "b", conflicts: [], etag: "9", ...told };
  return new ApiProblem(409, "conflict", "Somebody else has changed this.", body as unknown as Record<string, unknown>);
}
