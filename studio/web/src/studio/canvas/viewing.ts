/** What part of a flow is looked at: where everything fits beside the tools and the overview, and how far to pan. Pure. */

import type { Point } from "../api/types";
import { type Size, sizeOf } from "./graph";
import type { Positions } from "./layout";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Rect extends Point, Size {}

/** From the frame's edge to what is shown. */
const MARGIN = 40;
const MOST_ZOOM = 1;
/** What lies over the canvas, with the space around it: see CanvasToolbar.tsx, and the library's overview. */
const OVERVIEW: Size = { width: 232, height: 182 };
const TOOLS: Size = { width: 304, height: 74 };
/** Narrower pages have no overview: see FlowCanvas.tsx. */
const WITH_OVERVIEW = 560;
/** How much of a step's surroundings is brought into view with it. */
const AROUND = 24;

export function rectOf(id: string, point: Point): Rect {
  return { ...point, ...sizeOf(id) };
}

function covers({ width, height }: Size): readonly Rect[] {
  const tools = { x: 0, y: height - TOOLS.height, ...TOOLS };
  return width < WITH_OVERVIEW ? [tools] : [tools, { x: width - OVERVIEW.width, y: height - OVERVIEW.height, ...OVERVIEW }];
}

const onScreen = (rect: Rect, view: View): Rect => ({
  x: rect.x * view.zoom + view.x,
  y: rect.y * view.zoom + view.y,
  width: rect.width * view.zoom,
  height: rect.height * view.zoom,
});

const meet = (one: Rect, two: Rect): boolean =>
  one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height && two.y < one.y + one.height;

/** The largest view of everything in which nothing lies under the tools or the overview. */
export function viewOfAll(at: Positions, size: Size, leastZoom: number): View {
  const rects = Object.entries(at).map(([id, point]) => rectOf(id, point));
  if (rects.length === 0) return { x: size.width / 2, y: size.height / 3, zoom: MOST_ZOOM };
  const left = Math.min(...rects.map((rect) => rect.x));
  const top = Math.min(...rects.map((rect) => rect.y));
  const wide = Math.max(...rects.map((rect) => rect.x + rect.width)) - left;
  const high = Math.max(...rects.map((rect) => rect.y + rect.height)) - top;
  const within = (frame: Rect): View => {
    const zoom = Math.max(leastZoom, Math.min(MOST_ZOOM, frame.width / wide, frame.height / high));
    return { x: frame.x + frame.width / 2 - (left + wide / 2) * zoom, y: frame.y + frame.height / 2 - (top + high / 2) * zoom, zoom };
  };
  const frame = (cut: { left?: number; right?: number; bottom?: number }): Rect => {
    const [fromLeft, fromRight, fromBottom] = [cut.left ?? MARGIN, cut.right ?? MARGIN, cut.bottom ?? MARGIN];
    return { x: fromLeft, y: MARGIN, width: Math.max(1, size.width - fromLeft - fromRight), height: Math.max(1, size.height - MARGIN - fromBottom) };
  };
  const tries = [
    frame({}),
    frame({ bottom: TOOLS.height + 8 }),
    frame({ right: OVERVIEW.width }),
    frame({ right: OVERVIEW.width, bottom: TOOLS.height + 8 }),
    frame({ left: TOOLS.width, right: OVERVIEW.width }),
    frame({ bottom: OVERVIEW.height }),
  ].map(within);
  const over = covers(size);
  const isClear = (view: View): boolean => rects.every((rect) => over.every((cover) => !meet(onScreen(rect, view), cover)));
  const clear = tries.filter(isClear).sort((one, other) => other.zoom - one.zoom);
  return clear[0] ?? (tries[0] as View);
}

/** The zoom at which everything would be in view. */
export function zoomOfAll(at: Positions, size: Size): number {
  return viewOfAll(at, size, 0).zoom;
}

/** The view from which a step can be seen whole, as near to the present one as can be; the zoom stays. */
export function pannedTo(rect: Rect, view: View, size: Size): View {
  const seen = onScreen(rect, view);
  const over = covers(size);
  const isIn = seen.x >= 0 && seen.y >= 0 && seen.x + seen.width <= size.width && seen.y + seen.height <= size.height;
  if (isIn && over.every((cover) => !meet(seen, cover))) return view;
  const between = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
  const x = between(seen.x, AROUND, Math.max(AROUND, size.width - AROUND - seen.width));
  const y = between(seen.y, AROUND, Math.max(AROUND, size.height - AROUND - seen.height));
  const hit = over.find((cover) => meet({ ...seen, x, y }, cover));
  const up = hit === undefined ? y : Math.max(AROUND, hit.y - AROUND - seen.height);
  return { ...view, x: view.x + x - seen.x, y: view.y + up - seen.y };
}
