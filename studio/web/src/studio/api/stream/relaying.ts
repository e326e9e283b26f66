/** One stream for all pages of a browser: who wants to hear of what, when it is opened, and what is told to whom. Pure.
 *
 *     none ── somebody wants a project ──► opening ── hello ──► open ── another project is wanted ──► opening
 *                                            ▲  │                │
 *                        its time has come,  │  └── failed ──┬───┘  silent for too long: opened anew at once
 *                        or somebody asks    └── waiting ◄───┘
 *
 * A stream that is opened anew overlaps with the one before it, so that nothing is left out; marks tell what came twice.
 */

import type { FromRelay, Hello, Line, News } from "./messages";

type Stream =
  | { readonly at: "none" }
  | { readonly at: "opening" | "open"; readonly projects: readonly string[]; readonly heardMs: number }
  | { readonly at: "waiting"; readonly sinceMs: number; readonly untilMs: number };

export interface RelayState {
  /** What each page shows. */
  readonly wants: ReadonlyMap<string, readonly string[]>;
  /** What a page that comes now is told of a project that others hear of already. */
  readonly hellos: ReadonlyMap<string, Hello>;
  readonly stream: Stream;
  /** How often it failed since something was heard. */
  readonly failures: number;
}

export type RelayInput =
  | { readonly type: "wants"; readonly tab: string; readonly projects: readonly string[] }
  | { readonly type: "gone"; readonly tab: string }
  | { readonly type: "again" }
  | { readonly type: "heard"; readonly line: Line }
  | { readonly type: "failed" }
  | { readonly type: "passed" };

export type RelayEffect =
  /** Open a stream of these projects; the one before it ends when the new one says its first word. */
  | { readonly kind: "open"; readonly projects: readonly string[] }
  | { readonly kind: "close" }
  | { readonly kind: "send"; readonly to: string | null; readonly message: FromRelay }
  /** A page is gone that may not have been able to say so itself. */
  | { readonly kind: "left"; readonly tab: string; readonly projects: readonly string[] };

export interface Moment {
  /** By the wall clock: it may jump, either way. */
  readonly nowMs: number;
  /** From 0 to 1. */
  readonly chance: number;
}

type Step = readonly [RelayState, readonly RelayEffect[]];

/** The server says something every 15 s: studio/api/streaming.py. */
export const SILENT_MS = 45_000;
/** How often pages hear that the relay lives. */
export const ALIVE_MS = 10_000;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export const NO_RELAY: RelayState = { wants: new Map(), hellos: new Map(), stream: { at: "none" }, failures: 0 };

/** How long to wait after so many failures: many browsers do not all come back at once to a server that has started. */
export function delayMs(failures: number, chance: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) * (0.5 + chance / 2);
}

export function relayStep(state: RelayState, input: RelayInput, moment: Moment): Step {
  switch (input.type) {
    case "wants":
      return wanted(state, input.tab, input.projects, moment);
    case "gone":
      return gone(state, input.tab, moment);
    case "again":
      return state.stream.at === "waiting" ? opened(state, [], moment) : [state, []];
    case "heard":
      return heard(state, input.line, moment);
    case "failed":
      return state.stream.at === "none" ? [state, []] : failed(state, moment);
    case "passed":
      return passed(state, moment);
  }
}

/** When to look at the clock again. */
export function nextLookMs({ stream }: RelayState, nowMs: number): number {
  return stream.at === "waiting" ? Math.min(ALIVE_MS, Math.max(0, stream.untilMs - nowMs)) : ALIVE_MS;
}

function allOf(wants: RelayState["wants"]): readonly string[] {
  return [...new Set([...wants.values()].flat())].sort();
}

function wanted(before: RelayState, tab: string, projects: readonly string[], moment: Moment): Step {
  const known = allOf(before.wants);
  const isNew = !before.wants.has(tab) || projects.some((project) => !known.includes(project));
  // It was not there when the stream began: nothing would ever be heard of it.
  const isUnheard = before.stream.at === "open" && projects.some((project) => !before.hellos.has(project));
  const state = { ...before, wants: new Map(before.wants).set(tab, projects) };
  const told: RelayEffect[] = [];
  if (state.stream.at === "waiting" && !isNew) told.push({ kind: "send", to: tab, message: { kind: "lost" } });
  if (state.stream.at === "open" || state.stream.at === "opening") {
    for (const project of projects) {
      const hello = state.hellos.get(project);
      if (hello !== undefined) told.push({ kind: "send", to: tab, message: { kind: "told", news: hello } });
    }
  }
  return isUnheard ? opened(state, told, moment) : steered(state, told, isNew, moment);
}

function gone(before: RelayState, tab: string, moment: Moment): Step {
  const projects = before.wants.get(tab);
  if (projects === undefined) return [before, []];
  const wants = new Map(before.wants);
  wants.delete(tab);
  return steered({ ...before, wants }, [{ kind: "left", tab, projects }], false, moment);
}

/** Have the stream be about what is wanted. One that is about more is left as it is. */
function steered(state: RelayState, told: readonly RelayEffect[], isNew: boolean, moment: Moment): Step {
  const { stream } = state;
  const all = allOf(state.wants);
  if (all.length === 0) {
    if (stream.at === "none") return [state, told];
    return [{ ...NO_RELAY, wants: state.wants }, [...told, { kind: "close" }]];
  }
  const isCovered = stream.at === "waiting" ? !isNew : stream.at !== "none" && all.every((project) => stream.projects.includes(project));
  return isCovered ? [state, told] : opened(state, told, moment);
}

function opened(state: RelayState, told: readonly RelayEffect[], { nowMs }: Moment): Step {
  const projects = allOf(state.wants);
  const hellos = new Map([...state.hellos].filter(([project]) => projects.includes(project)));
  return [{ ...state, hellos, stream: { at: "opening", projects, heardMs: nowMs } }, [...told, { kind: "open", projects }]];
}

function heard(before: RelayState, line: Line, { nowMs }: Moment): Step {
  const { stream } = before;
  if (stream.at !== "opening" && stream.at !== "open") return [before, []];
  const state: RelayState = { ...before, failures: 0, stream: { ...stream, at: "open", heardMs: nowMs } };
  if (line.type === "alive") return [state, []];
  if (!("project" in line)) return [state, [{ kind: "send", to: null, message: { kind: "missed" } }]];
  const news: News = line;
  const hello = helloAfter(state.hellos.get(news.project), news);
  const hellos = hello === undefined ? state.hellos : new Map(state.hellos).set(news.project, hello);
  const readers = [...state.wants].filter(([, projects]) => projects.includes(news.project));
  return [{ ...state, hellos }, readers.map(([to]) => ({ kind: "send", to, message: { kind: "told", news } }))];
}

/** What a page that comes after some news is told instead of it. */
function helloAfter(hello: Hello | undefined, news: News): Hello | undefined {
  if (news.type === "hello") return news as Hello;
  if (hello === undefined) return undefined;
  const after = { ...hello, mark: news.mark };
  if (news.type === "presence") return { ...after, people: news.people };
  if (news.type === "edited") return { ...after, revision: news.revision };
  // Files that changed by hand make revisions of which no number is told.
  return news.type === "files_changed" ? { ...after, revision: null } : after;
}

function failed(before: RelayState, { nowMs, chance }: Moment): Step {
  const failures = before.failures + 1;
  const stream: Stream = { at: "waiting", sinceMs: nowMs, untilMs: nowMs + delayMs(failures, chance) };
  return [{ ...before, failures, stream }, [{ kind: "close" }, { kind: "send", to: null, message: { kind: "lost" } }]];
}

function passed(state: RelayState, moment: Moment): Step {
  const { stream } = state;
  const { nowMs } = moment;
  const alive: RelayEffect = { kind: "send", to: null, message: { kind: "alive" } };
  if (stream.at === "none") return [state, [alive]];
  if (stream.at === "waiting") {
    // A clock that was put back would have it wait for as long.
    const isTime = nowMs >= stream.untilMs || nowMs < stream.sinceMs;
    return isTime ? opened(state, [alive], moment) : [state, [alive]];
  }
  // After a night's sleep a connection may look as if it stood, and nothing comes any more.
  if (Math.abs(nowMs - stream.heardMs) <= SILENT_MS) return [state, [alive]];
  const lost: RelayEffect = { kind: "send", to: null, message: { kind: "lost" } };
  return opened({ ...state, failures: state.failures + 1 }, [alive, lost], moment);
}
