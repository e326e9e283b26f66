/** Where things stand in a text: which step a line belongs to, and in what two texts differ. Free of the editor. */

import type { Flow } from "../api/types";

/** The innermost step whose lines hold this one. */
export function stepAtLine(flow: Flow, line: number): string | null {
  let best: { key: string; depth: number } | null = null;
  for (const step of flow.steps) {
    if (line >= step.line && line <= step.end_line && (best === null || step.depth >= best.depth)) best = step;
  }
  return best?.key ?? null;
}

/** The one stretch in which two texts differ, so that the cursor and the scrolling stay where they are. */
export function changeBetween(before: string, after: string): { from: number; to: number; insert: string } {
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/** The line that a message names as `file:line:column`. */
export function lineIn(message: string): number | null {
  const found = /:(\d+):\d+:/.exec(message);
  return found === null ? null : Number(found[1]);
}
