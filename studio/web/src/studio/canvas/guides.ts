/** Lines that show what a dragged node is in line with, and where it should snap to. Free of React. */

import type { Point } from "../api/types";

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Guides {
  /** Where the node should go; as given where nothing is near. */
  readonly x: number;
  readonly y: number;
  /** Positions of the lines on the canvas, null where there is none. */
  readonly vertical: number | null;
  readonly horizontal: number | null;
}

interface Near {
  readonly distance: number;
  readonly shift: number;
  readonly line: number;
}

const edgesOf = (start: number, size: number): readonly number[] => [start, start + size / 2, start + size];

/** Find the nearest line within `reach` (in the canvas's own pixels) on each axis. */
export function guidesFor(moving: Box, others: readonly Box[], reach: number): Guides {
  let across: Near | null = null;
  let down: Near | null = null;
  for (const other of others) {
    across = nearer(across, edgesOf(moving.x, moving.width), edgesOf(other.x, other.width), reach);
    down = nearer(down, edgesOf(moving.y, moving.height), edgesOf(other.y, other.height), reach);
  }
  return {
    x: moving.x + (across?.shift ?? 0),
    y: moving.y + (down?.shift ?? 0),
    vertical: across?.line ?? null,
    horizontal: down?.line ?? null,
  };
}

function nearer(best: Near | null, own: readonly number[], theirs: readonly number[], reach: number): Near | null {
  let found = best;
  // Like meets like: left with left, middle with middle, right with right.
  own.forEach((value, index) => {
    const line = theirs[index] ?? 0;
    const distance = Math.abs(line - value);
    if (distance <= reach && (found === null || distance < found.distance)) found = { distance, shift: line - value, line };
  });
  return found;
}
