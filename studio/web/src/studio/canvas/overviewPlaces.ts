/** What part of the canvas the overview shows, and where in it the view lies. Pure. */

import type { Size } from "./graph";
import type { View } from "./viewing";

/** Of the overview itself, in pixels of the screen: see viewing.ts, which keeps steps out from under it. */
export const OVERVIEW_SIZE: Size = { width: 200, height: 150 };
/** Space around everything, in pixels of the overview. */
const AROUND = 5;

export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** The smallest area with all of these in it. */
export function areaOf(all: readonly Area[]): Area | null {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const each of all) {
    left = Math.min(left, each.x);
    top = Math.min(top, each.y);
    right = Math.max(right, each.x + each.width);
    bottom = Math.max(bottom, each.y + each.height);
  }
  return left > right ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/** What of the canvas is seen by a view of a frame of this size. */
export function seenBy({ x, y, zoom }: View, frame: Size): Area {
  return { x: -x / zoom, y: -y / zoom, width: frame.width / zoom, height: frame.height / zoom };
}

/** What the overview shows: everything, and also the view where that lies beside it. As it was where that is the same. */
export function shownArea(all: Area | null, seen: Area, before: Area | null): Area {
  const area = areaOf(all === null ? [seen] : [all, seen]) as Area;
  const isSame = before !== null && before.x === area.x && before.y === area.y && before.width === area.width && before.height === area.height;
  return isSame ? before : area;
}

export interface Scaled {
  /** Pixels of the canvas in one of the overview. */
  readonly scale: number;
  /** The part of the canvas that fills the overview: an SVG's viewBox. */
  readonly box: Area;
}

export function scaled(area: Area): Scaled {
  const scale = Math.max(area.width / OVERVIEW_SIZE.width, area.height / OVERVIEW_SIZE.height) || 1;
  const width = (OVERVIEW_SIZE.width + 2 * AROUND) * scale;
  const height = (OVERVIEW_SIZE.height + 2 * AROUND) * scale;
  const box = { x: area.x - (width - area.width) / 2, y: area.y - (height - area.height) / 2, width, height };
  return { scale: width / OVERVIEW_SIZE.width, box };
}

/** Where a part of the canvas lies in the overview, in pixels of that. */
export function within({ scale, box }: Scaled, area: Area): Area {
  return { x: (area.x - box.x) / scale, y: (area.y - box.y) / scale, width: area.width / scale, height: area.height / scale };
}
