/** Where what stands on a line goes - its words, its "+", how often tests went it -, so that no two lie over each other. Pure.
 *
 *     usual place ─ free? ─ yes ─► there
 *                     └ no ─► the nearest free place along the line; the part that it shares with other lines comes last
 */

import type { Point } from "../api/types";
import { edgeWords } from "./conditionWords";
import { type DrawnEdge, type Graph, sizeOf } from "./graph";
import type { Positions } from "./layout";
import { type Box, boxOf, laneCorners, labelWidth, lanePlace } from "./routing";

/** How far above its target the words of a line stand, when no other line leads there. */
const ABOVE = 30;
/** A line that is shorter than this has its words in its middle. */
const SHORT = 60;
/** Ports are points as large as this around the edge of their step; lines begin and end at their rims. */
const RIM = 6;
/** Words are drawn this high at most (see lines.css). */
export const HEIGHT = 30;
/** How often tests went a way, where that is shown. */
const RUNS = 32;
/** Between what stands on two lines, and between that and a step. */
const CLEAR = 2;
/** How far apart the places along a line are that are tried, and how far from the usual one. */
const STRIDE = 12;
const REACH = 400;
/** Boxes are looked up by stripes of this height. */
const STRIPE = 128;

export interface LineEnds {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly targetX: number;
  readonly targetY: number;
}

/** Where what stands on a line goes as long as nothing else is there. `isOnly`: no other line leads to the target. */
export function usualPlace({ sourceX, sourceY, targetX, targetY }: LineEnds, lane: number | null, isOnly: boolean): Point {
  const isBack = targetY < sourceY;
  if (isOnly && !isBack && targetY - sourceY > SHORT) return { x: targetX, y: targetY - ABOVE };
  if (lane !== null) return lanePlace(sourceY, lane, targetY);
  return { x: (sourceX + targetX) / 2, y: (sourceY + targetY) / 2 };
}

/** By edge id, how far from its usual place what stands on a line has to go; lines that are not named keep theirs. */
export function labelShifts(graph: Graph, at: Positions, lanes: ReadonlyMap<string, number>, hasRuns: boolean): ReadonlyMap<string, Point> {
  const taken = new Taken();
  for (const [id, point] of Object.entries(at)) taken.put(boxOf(id, point));
  const incoming = new Map<string, number>();
  for (const each of graph.edges) incoming.set(each.target, (incoming.get(each.target) ?? 0) + 1);
  const shifts = new Map<string, Point>();
  for (const { each, ends, words } of inOrder(graph, at)) {
    const lane = lanes.get(each.id) ?? null;
    const isOnly = incoming.get(each.target) === 1;
    const usual = usualPlace(ends, lane, isOnly);
    const width = labelWidth(words) + (hasRuns ? RUNS : 0);
    const free = placesAlong(ends, lane, isOnly, usual).find((point) => taken.isFree(around(point, width)));
    const place = free ?? usual;
    taken.put(around(place, width));
    if (place.x !== usual.x || place.y !== usual.y) shifts.set(each.id, { x: place.x - usual.x, y: place.y - usual.y });
  }
  return shifts;
}

interface Drawn {
  readonly each: DrawnEdge;
  readonly ends: LineEnds;
  readonly words: string;
}

/** First what is hardest to find a place for: words before a "+" alone, and short lines before long ones. */
function inOrder(graph: Graph, at: Positions): readonly Drawn[] {
  const drawn = graph.edges.flatMap((each): readonly Drawn[] => {
    const ends = endsOf(each, graph, at);
    return ends === null ? [] : [{ each, ends, words: edgeWords(each.edge) }];
  });
  const length = ({ ends }: Drawn): number => Math.abs(ends.targetX - ends.sourceX) + Math.abs(ends.targetY - ends.sourceY);
  const bare = ({ words }: Drawn): number => (words === "" ? 1 : 0);
  return drawn.sort((one, other) => bare(one) - bare(other) || length(one) - length(other));
}

/** Where a line begins and ends, as the canvas library draws it. */
export function endsOf(each: DrawnEdge, graph: Graph, at: Positions): LineEnds | null {
  const source = at[each.source];
  const target = at[each.target];
  if (source === undefined || target === undefined) return null;
  const from = sizeOf(each.source);
  const count = graph.outgoing.get(each.source)?.length ?? 1;
  return {
    sourceX: source.x + (from.width * (each.edge.index + 1)) / (count + 1),
    sourceY: source.y + from.height + RIM,
    targetX: target.x + sizeOf(each.target).width / 2,
    targetY: target.y - RIM,
  };
}

/** The usual place, then what is near it on the line; what the line shares with others to its target comes last. */
function placesAlong(ends: LineEnds, lane: number | null, isOnly: boolean, usual: Point): readonly Point[] {
  const corners = cornersOf(ends, lane);
  const own: Point[] = [];
  const shared: Point[] = [];
  const trunk = isOnly ? corners.length : corners.length - (lane === null ? 2 : 3);
  corners.slice(1).forEach((corner, index) => {
    const before = corners[index] as Point;
    const length = Math.hypot(corner.x - before.x, corner.y - before.y);
    const count = Math.floor(length / STRIDE);
    for (let step = 0; step <= count; step += 1) {
      const part = count === 0 ? 0 : step / count;
      (index < trunk ? own : shared).push({ x: before.x + (corner.x - before.x) * part, y: before.y + (corner.y - before.y) * part });
    }
  });
  const away = (point: Point): number => Math.hypot(point.x - usual.x, point.y - usual.y);
  const near = (points: readonly Point[]): readonly Point[] => points.filter((point) => away(point) <= REACH).sort((one, other) => away(one) - away(other));
  return [usual, ...near(own), ...near(shared)];
}

function cornersOf({ sourceX, sourceY, targetX, targetY }: LineEnds, lane: number | null): readonly Point[] {
  if (lane !== null) return laneCorners(sourceX, sourceY, lane, targetX, targetY);
  const middle = (sourceY + targetY) / 2;
  return [
    { x: sourceX, y: sourceY },
    { x: sourceX, y: middle },
    { x: targetX, y: middle },
    { x: targetX, y: targetY },
  ];
}

function around({ x, y }: Point, width: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
}

/** What lies on the canvas already, to be asked quickly whether something else has room. */
class Taken {
  private readonly stripes = new Map<number, Box[]>();

  put(box: Box): void {
    for (const stripe of stripesOf(box)) {
      const there = this.stripes.get(stripe);
      if (there === undefined) this.stripes.set(stripe, [box]);
      else there.push(box);
    }
  }

  isFree(box: Box): boolean {
    const overlaps = (other: Box): boolean => box.left < other.right + CLEAR && box.right > other.left - CLEAR && box.top < other.bottom + CLEAR && box.bottom > other.top - CLEAR;
    return stripesOf(box).every((stripe) => !(this.stripes.get(stripe) ?? []).some(overlaps));
  }
}

function stripesOf({ top, bottom }: Box): readonly number[] {
  const first = Math.floor((top - CLEAR) / STRIPE);
  const last = Math.floor((bottom + CLEAR) / STRIPE);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
