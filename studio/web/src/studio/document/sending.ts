/** What a gesture is sent with, what is shown of those that wait, and which refusals pass by themselves. Pure. */

import { ApiProblem, ServerUnreachable } from "../api/http";
import type { Base, Edited } from "../api/types";
import type { Gesture } from "./documentStore";

/** Refusals that are nobody's mistake and may be over soon: the session has ended (401), the project's folder is away
 * (410), too many requests (429), a proxy or a starting server (502, 503, 504), a disk that cannot take it (507). */
const PASSING = new Set([401, 410, 429, 502, 503, 504, 507]);

/** Whether what was sent is worth sending again: then it is kept, and not taken back. */
export function isPassing(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiProblem && PASSING.has(error.status));
}

/** The edits among what waits that no later one takes back. */
export function standing(queue: readonly Gesture[]): readonly Gesture[] {
  const left: Gesture[] = [];
  const undone: Gesture[] = [];
  for (const gesture of queue) {
    if (gesture.kind === "edit") left.push(gesture);
    else {
      const [from, to] = gesture.kind === "undo" ? [left, undone] : [undone, left];
      const last = from.pop();
      if (last !== undefined) to.push(last);
    }
  }
  return left;
}

export const NO_BASE: Base = { flows: {}, files: {} };

/** What the maker of a later gesture saw, once an earlier one was answered: our own change is not somebody else's, and
 * what somebody else's was merged into it has not been seen yet. */
export function movedOn(base: Base, edited: Edited): Base {
  const flows = Object.fromEntries(edited.flows.map(({ id, etag }) => [id, etag]));
  return onOwn(onOwn(base, { flows, files: edited.files }), edited.own);
}

/** What was seen, once one's own gesture is in it. */
export function onOwn(base: Base, own: Base | undefined): Base {
  return { flows: moved(base.flows, own?.flows ?? {}), files: moved(base.files, own?.files ?? {}) };
}

function moved(etags: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(etags).map(([name, etag]) => [name, own[name] ?? etag]));
}

/** What waits without its first gesture, which the server refused: what would have taken it back goes with it. */
export function withoutFirst(queue: readonly Gesture[]): readonly Gesture[] {
  const [first, ...rest] = queue;
  const left: (Gesture | undefined)[] = [first];
  const undone: (Gesture | undefined)[] = [];
  return rest.filter((gesture) => {
    if (gesture.kind === "edit") {
      left.push(gesture);
      return true;
    }
    const [from, to] = gesture.kind === "undo" ? [left, undone] : [undone, left];
    if (from.length === 0) return true;
    const last = from.pop();
    to.push(last);
    return last !== first;
  });
}
