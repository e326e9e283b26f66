/** Lanes for lines that would otherwise run through steps: a place beside them where the line can go up or down.
 *
 *     source ┐
 *            └────┐ lane       lines are: down a little, across to the lane, along it, across to the target, down
 *                 │
 *     target ┌────┘
 */

import type { Point } from "../api/types";
import { edgeWords } from "./conditionWords";
import { type DrawnEdge, type Graph, sizeOf } from "./graph";
import type { Positions } from "./layout";

/** Between a step and the first bend of a line. */
export const BEND = 24;
/** Between a lane and the steps that it passes. */
const CLEAR = 24;
/** Lines that share a lane lie so far apart. */
const APART = 10;
/** What stands on a line (see lines.css): its "+", and its words at most as large as they are drawn from afar. */
const PLUS = 28;
const LETTER = 9.5;
const AROUND_WORDS = 16;
const MOST_WORDS = 240;
/** Between what stands on two lines. */
const BETWEEN = 12;
/** A lane that is shorter than this has its words in its middle. */
const SHORT = 60;
const MOST_TRIES = 80;

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function boxOf(id: string, point: Point): Box {
  const { width, height } = sizeOf(id);
  return { left: point.x, right: point.x + width, top: point.y, bottom: point.y + height };
}

/** By edge id, the lane of each line that needs one. */
export function lanesFor(graph: Graph, at: Positions): ReadonlyMap<string, number> {
  const boxes = Object.entries(at).map(([id, point]) => ({ id, ...boxOf(id, point) }));
  boxes.sort((one, other) => one.top - other.top);
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const lanes = new Map<string, number>();
  const used: Used[] = [];
  const parallel = parallelLines(graph);
  for (const each of graph.edges) {
    const source = byId.get(each.source);
    const target = byId.get(each.target);
    if (source === undefined || target === undefined) continue;
    const count = graph.outgoing.get(each.source)?.length ?? 1;
    const from = source.left + ((source.right - source.left) * (each.edge.index + 1)) / (count + 1);
    const to = (target.left + target.right) / 2;
    const start = source.bottom + BEND;
    const stop = target.top - BEND;
    const [top, bottom] = start < stop ? [start, stop] : [stop, start];
    const isBack = target.top < source.bottom + BEND;
    const inWay = boxes.filter((box) => box.top < bottom && box.bottom > top);
    const beside = parallel.get(each.id);
    if (!isBack && inWay.length === 0 && beside === undefined) continue;
    const half = beside === undefined ? 0 : beside.half;
    const isFan = beside !== undefined && !isBack && inWay.length === 0;
    const lane = isFan ? to + beside.offset : freeLane(from, to, inWay, used, { id: each.target, half, top, bottom });
    lanes.set(each.id, lane);
    used.push({ x: lane, target: each.target, half, top, bottom });
  }
  return lanes;
}

interface Used {
  readonly x: number;
  readonly target: string;
  /** Half of what stands on the line, where its neighbours have to leave room for that; else 0. */
  readonly half: number;
  readonly top: number;
  readonly bottom: number;
}

interface Beside {
  readonly half: number;
  /** From the middle of the target, where nothing else is in the way. */
  readonly offset: number;
}

/** Lines from one step to the same target, which would lie over one another: side by side, in the order of the file. */
function parallelLines(graph: Graph): ReadonlyMap<string, Beside> {
  const groups = new Map<string, DrawnEdge[]>();
  for (const each of graph.edges) {
    const way = `${each.source}\n${each.target}`;
    const group = groups.get(way);
    if (group === undefined) groups.set(way, [each]);
    else group.push(each);
  }
  const found = new Map<string, Beside>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    group.sort((one, other) => one.edge.index - other.edge.index);
    const widths = group.map((each) => labelWidth(edgeWords(each.edge)));
    const whole = widths.reduce((sum, width) => sum + width + BETWEEN, -BETWEEN);
    let left = -whole / 2;
    group.forEach((each, index) => {
      const width = widths[index] ?? 0;
      found.set(each.id, { half: width / 2, offset: left + width / 2 });
      left += width + BETWEEN;
    });
  }
  return found;
}

/** How wide what stands on a line is drawn at most. */
export function labelWidth(words: string): number {
  return PLUS + (words === "" ? 0 : Math.min(MOST_WORDS, AROUND_WORDS + LETTER * words.length));
}

interface Wanted {
  readonly id: string;
  readonly half: number;
  readonly top: number;
  readonly bottom: number;
}

function freeLane(from: number, to: number, inWay: readonly Box[], used: readonly Used[], { id, half, top, bottom }: Wanted): number {
  const candidates = [from, to, ...inWay.flatMap((box) => [box.left - CLEAR, box.right + CLEAR])];
  const isFree = (x: number): boolean => inWay.every((box) => x <= box.left - CLEAR / 2 || x >= box.right + CLEAR / 2);
  const cost = (x: number): number => Math.abs(x - from) + Math.abs(x - to);
  let best = Number.NaN;
  for (const x of candidates) {
    if (isFree(x) && (Number.isNaN(best) || cost(x) < cost(best))) best = x;
  }
  if (Number.isNaN(best)) best = Math.max(...inWay.map((box) => box.right)) + CLEAR;
  const room = (lane: Used): number => (half > 0 && lane.half > 0 && lane.target === id ? lane.half + half + BETWEEN : APART / 2);
  const isTaken = (x: number): boolean => used.some((lane) => Math.abs(lane.x - x) < room(lane) && lane.top < bottom && lane.bottom > top);
  const side = best >= (from + to) / 2 ? 1 : -1;
  for (let tries = 0; tries < MOST_TRIES && (isTaken(best) || !isFree(best)); tries += 1) best += side * APART;
  return best;
}

/** Where a line along a lane bends. */
export function laneCorners(sx: number, sy: number, lane: number, tx: number, ty: number): readonly Point[] {
  const y1 = sy + BEND;
  const y2 = ty - BEND;
  return [
    { x: sx, y: sy },
    { x: sx, y: y1 },
    { x: lane, y: y1 },
    { x: lane, y: y2 },
    { x: tx, y: y2 },
    { x: tx, y: ty },
  ];
}

/** The path along a lane, with rounded corners. */
export function lanePath(sx: number, sy: number, lane: number, tx: number, ty: number): string {
  return rounded(laneCorners(sx, sy, lane, tx, ty), 10);
}

/** Where the words of a line along a lane stand: between two rows, where there is room. */
export function lanePlace(sy: number, lane: number, ty: number): Point {
  const y1 = sy + BEND;
  const y2 = ty - BEND;
  return { x: lane, y: Math.abs(y2 - y1) < SHORT ? (y1 + y2) / 2 : y2 };
}

function rounded(corners: readonly Point[], radius: number): string {
  const points = corners.filter((point, index) => index === 0 || point.x !== corners[index - 1]?.x || point.y !== corners[index - 1]?.y);
  const [first] = points;
  if (first === undefined) return "";
  let path = `M${first.x},${first.y}`;
  for (let index = 1; index < points.length; index += 1) {
    const point = points[index] as Point;
    const before = points[index - 1] as Point;
    const after = points[index + 1];
    if (after === undefined) {
      path += ` L${point.x},${point.y}`;
      continue;
    }
    const into = Math.hypot(point.x - before.x, point.y - before.y);
    const out = Math.hypot(after.x - point.x, after.y - point.y);
    const bend = Math.min(radius, into / 2, out / 2);
    const a = { x: point.x - ((point.x - before.x) / into) * bend, y: point.y - ((point.y - before.y) / into) * bend };
    const b = { x: point.x + ((after.x - point.x) / out) * bend, y: point.y + ((after.y - point.y) / out) * bend };
    path += ` L${a.x},${a.y} Q${point.x},${point.y} ${b.x},${b.y}`;
  }
  return path;
}
