/** Where the nodes of a flow stand: as kept, or laid out from top to bottom in the order of the file's branches. */

import { Graph as Dagre, layout } from "@dagrejs/dagre";
import { type Flow, type Point, START } from "../api/types";
import { type Graph, NODE_HEIGHT, NODE_WIDTH, PILL_HEIGHT, PILL_WIDTH, sizeOf, toGraph } from "./graph";
import { isSame } from "./keeping";

export const GRID = 10;
const RANK_GAP = 70;
const NODE_GAP = 40;
const MOST_SWEPT = 100;
/** How much more it matters that a step stands right under the one way that leads to it, than where ways meet again. */
const NEAR = 4;

export type Positions = Readonly<Record<string, Point>>;

export function snapped(value: number): number {
  return Math.round(value / GRID) * GRID;
}

/** Lay everything out anew. Dagre minimises crossings by itself; the order of branches is put right afterwards. */
export function tidied(flow: Flow, graph: Graph = toGraph(flow)): Positions {
  const dagre = new Dagre({ multigraph: true });
  dagre.setGraph({ rankdir: "TB", ranksep: RANK_GAP, nodesep: NODE_GAP, ranker: "none" });
  dagre.setDefaultEdgeLabel(() => ({}));
  const ranks = ranksOf(graph);
  // Dagre halves its ranks to make room for the words on lines.
  const rank = (id: string): number => 2 * (ranks.get(id) ?? 0);
  dagre.setNode(START, { width: PILL_WIDTH, height: PILL_HEIGHT, rank: rank(START) });
  for (const step of graph.steps) dagre.setNode(step.key, { width: NODE_WIDTH, height: NODE_HEIGHT, rank: rank(step.key) });
  for (const end of graph.ends) dagre.setNode(end.id, { width: PILL_WIDTH, height: PILL_HEIGHT, rank: rank(end.id) });
  const incoming = new Map<string, number>();
  for (const each of graph.edges) incoming.set(each.target, (incoming.get(each.target) ?? 0) + 1);
  for (const each of graph.edges) {
    const label = labelWidth(each.edge.condition);
    const size = { width: label, height: label === 0 ? 0 : 24, labelpos: "c" as const };
    dagre.setEdge(each.source, each.target, { ...size, weight: incoming.get(each.target) === 1 ? NEAR : 1 }, each.id);
  }
  // Sweeping for fewer crossings is what takes long; a large flow is drawn in the order of the file at once.
  layout(dagre, { disableOptimalOrderHeuristic: graph.steps.length > MOST_SWEPT });
  const at: Record<string, Point> = {};
  for (const id of dagre.nodes()) {
    const { x = 0, y = 0, width = 0, height = 0 } = dagre.node(id) as { x?: number; y?: number; width?: number; height?: number };
    at[id] = { x: x - width / 2, y: y - height / 2 };
  }
  const ordered = withBranchesInOrder(graph, at);
  return Object.fromEntries(Object.entries(ordered).map(([id, point]) => [id, { x: snapped(point.x), y: snapped(point.y) }]));
}

/** Rows from top to bottom: each step right under the lowest that leads to it; loops back do not count.
 *
 * Dagre's own ranking is slower, and spreads the branches of one step over several rows.
 */
function ranksOf(graph: Graph): ReadonlyMap<string, number> {
  const outgoing = new Map<string, string[]>();
  for (const each of graph.edges) outgoing.set(each.source, [...(outgoing.get(each.source) ?? []), each.target]);
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const forward = new Map<string, string[]>();
  // Without recursion: a flow may be a chain of a thousand steps.
  for (const root of [START, ...graph.steps.map((step) => step.key)]) {
    const path: { id: string; next: number }[] = state.has(root) ? [] : [{ id: root, next: 0 }];
    if (path.length > 0) state.set(root, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = outgoing.get(top.id)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        state.set(top.id, "done");
        order.push(top.id);
        path.pop();
      } else if (state.get(target) !== "open") {
        forward.set(top.id, [...(forward.get(top.id) ?? []), target]);
        if (state.get(target) === undefined) {
          state.set(target, "open");
          path.push({ id: target, next: 0 });
        }
      }
    }
  }
  const ranks = new Map<string, number>();
  for (const id of order.reverse()) {
    const rank = ranks.get(id) ?? 0;
    ranks.set(id, rank);
    for (const target of forward.get(id) ?? []) ranks.set(target, Math.max(ranks.get(target) ?? 0, rank + 1));
  }
  return ranks;
}

/** Room for a condition beside its line, as wide as it is drawn at most. */
function labelWidth(condition: string | null): number {
  return condition === null ? 0 : Math.min(200, 24 + 7 * condition.length);
}

const widthOf = (id: string): number => sizeOf(id).width;
const centre = (id: string, at: Record<string, Point>): number => (at[id]?.x ?? 0) + widthOf(id) / 2;

/** Put the targets of a step's branches from left to right as the file has them, with what belongs to them alone. */
function withBranchesInOrder(graph: Graph, given: Record<string, Point>): Record<string, Point> {
  const at = { ...given };
  const children = ownedChildren(graph);
  for (const [, all] of children) {
    // Only what stands side by side has an order from left to right.
    const middle = (id: string): number => (at[id]?.y ?? 0) + sizeOf(id).height / 2;
    const targets = all.filter((id) => Math.abs(middle(id) - middle(all[0] ?? id)) < NODE_HEIGHT);
    if (targets.length < 2) continue;
    const centres = targets.map((id) => centre(id, at));
    const sorted = [...centres].sort((one, other) => one - other);
    if (centres.every((value, index) => value === sorted[index])) continue;
    // Subtrees are packed anew from the left edge of the leftmost, each as wide as it is.
    const trees = targets.map((id) => treeOf(id, children));
    const spans = trees.map((tree) => spanOf(tree, at));
    let left = Math.min(...spans.map(([start]) => start));
    trees.forEach((tree, index) => {
      const [start, end] = spans[index] ?? [0, 0];
      const shift = left - start;
      for (const id of tree) {
        const point = at[id];
        if (point !== undefined) at[id] = { x: point.x + shift, y: point.y };
      }
      left += end - start + NODE_GAP;
    });
  }
  return apart(at);
}

/** A step that one way alone leads to belongs to the step before it; so parts of the graph can be shifted whole. */
function ownedChildren(graph: Graph): Map<string, string[]> {
  const incoming = new Map<string, number>();
  for (const each of graph.edges) incoming.set(each.target, (incoming.get(each.target) ?? 0) + 1);
  const children = new Map<string, string[]>();
  const waiting: string[] = [START];
  const seen = new Set<string>(waiting);
  const outgoing = new Map<string, string[]>();
  for (const each of graph.edges) {
    const own = outgoing.get(each.source) ?? [];
    own[each.edge.index] = each.target;
    outgoing.set(each.source, own);
  }
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const own: string[] = [];
    for (const target of (outgoing.get(id) ?? []).filter((each) => each !== undefined)) {
      if (seen.has(target)) continue;
      seen.add(target);
      if (incoming.get(target) === 1) own.push(target);
      waiting.push(target);
    }
    children.set(id, own);
  }
  return children;
}

function treeOf(root: string, children: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = [root];
  for (const id of found) found.push(...(children.get(id) ?? []));
  return found;
}

function spanOf(ids: readonly string[], at: Record<string, Point>): readonly [number, number] {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const id of ids) {
    const x = at[id]?.x ?? 0;
    start = Math.min(start, x);
    end = Math.max(end, x + widthOf(id));
  }
  return [start, end];
}

/** Shifting may have put two nodes of a row onto each other: push them apart, order kept. */
function apart(at: Record<string, Point>): Record<string, Point> {
  const rows = new Map<number, string[]>();
  for (const [id, point] of Object.entries(at)) {
    const middle = Math.round((point.y + sizeOf(id).height / 2) / 20);
    rows.set(middle, [...(rows.get(middle) ?? []), id]);
  }
  const spread = { ...at };
  for (const ids of rows.values()) {
    ids.sort((one, other) => (spread[one]?.x ?? 0) - (spread[other]?.x ?? 0));
    let right = Number.NEGATIVE_INFINITY;
    for (const id of ids) {
      const point = spread[id];
      if (point === undefined) continue;
      const x = Math.max(point.x, right);
      spread[id] = { x, y: point.y };
      right = x + widthOf(id) + NODE_GAP / 2;
    }
  }
  return spread;
}

/** Where everything stands: kept positions first; nodes without one are put under what leads to them. */
export function placed(flow: Flow, graph: Graph = toGraph(flow)): Positions {
  const kept = flow.positions;
  const known = flow.steps.filter((step) => kept[step.key] !== undefined).length;
  if (known === 0 || known < flow.steps.length / 2) return { ...tidied(flow, graph) };
  const at: Record<string, Point> = {};
  for (const step of flow.steps) if (kept[step.key] !== undefined) at[step.key] = kept[step.key] as Point;
  at[START] = kept[START] ?? startAbove(graph, at);
  const waiting = [...graph.edges];
  for (let round = 0; round < flow.steps.length + 1 && waiting.length > 0; round += 1) {
    const left = waiting.splice(0);
    for (const each of left) {
      if (at[each.target] !== undefined) continue;
      const from = at[each.source];
      if (from === undefined) waiting.push(each);
      else at[each.target] = kept[each.target] ?? free(under(each.source, from, each.edge.index, graph, each.target), at, each.target);
    }
    if (waiting.length === left.length) break;
  }
  for (const step of flow.steps) at[step.key] ??= free({ x: 0, y: lowest(at) + RANK_GAP }, at, step.key);
  for (const end of graph.ends) at[end.id] ??= { x: 0, y: 0 };
  return at;
}

/** `placed`, with a memory: an edit of words leaves everything where it is, and laying out is what takes long. */
export function keptPlaces(): (flow: Flow, graph?: Graph) => Positions {
  let last: { readonly shape: unknown; readonly at: Positions } | null = null;
  return (flow, graph) => {
    const { positions, edges } = flow;
    const shape = { positions, edges, keys: flow.steps.map((step) => step.key) };
    if (last === null || !isSame(last.shape, shape)) last = { shape, at: placed(flow, graph) };
    return last.at;
  };
}

function startAbove(graph: Graph, at: Record<string, Point>): Point {
  const first = graph.edges.find((each) => each.source === START)?.target;
  const below = first === undefined ? undefined : at[first];
  if (below === undefined) return { x: (NODE_WIDTH - PILL_WIDTH) / 2, y: 0 };
  return { x: below.x + (NODE_WIDTH - PILL_WIDTH) / 2, y: below.y - PILL_HEIGHT - RANK_GAP + 10 };
}

function under(source: string, from: Point, index: number, graph: Graph, target: string): Point {
  const count = graph.edges.filter((each) => each.source === source).length;
  const { height } = sizeOf(source);
  const middle = from.x + widthOf(source) / 2 + (index - (count - 1) / 2) * (NODE_WIDTH + NODE_GAP);
  return { x: snapped(middle - widthOf(target) / 2), y: snapped(from.y + height + RANK_GAP) };
}

/** The nearest place to the right that nothing stands on. */
function free(wanted: Point, at: Record<string, Point>, id: string): Point {
  let place = wanted;
  const taken = Object.entries(at);
  for (let tries = 0; tries < 50; tries += 1) {
    const hit = taken.find(([other, point]) => overlap(place, id, point, other));
    if (hit === undefined) return place;
    place = { x: snapped(hit[1].x + widthOf(hit[0]) + NODE_GAP), y: place.y };
  }
  return place;
}

function overlap(one: Point, id: string, two: Point, other: string): boolean {
  return one.x < two.x + widthOf(other) && two.x < one.x + widthOf(id) && Math.abs(one.y - two.y) < NODE_HEIGHT;
}

function lowest(at: Record<string, Point>): number {
  return Math.max(0, ...Object.values(at).map((point) => point.y + NODE_HEIGHT));
}

/** Make room for a step on an edge: everything below it that it leads to moves down by one row. */
export function withRoom(at: Positions, from: string, to: string | null, key: string): Positions {
  const start = at[from];
  if (start === undefined) return {};
  const { height } = sizeOf(from);
  const target = to === null ? undefined : at[to];
  const wanted: Point =
    target === undefined
      ? { x: start.x + widthOf(from) / 2 - NODE_WIDTH / 2, y: start.y + height + RANK_GAP }
      : { x: target.x + widthOf(to ?? "") / 2 - NODE_WIDTH / 2, y: Math.max(start.y + height + RANK_GAP, target.y) };
  const moved: Record<string, Point> = { [key]: { x: snapped(wanted.x), y: snapped(wanted.y) } };
  if (target === undefined || target.y < start.y) return moved;
  const gap = target.y - (start.y + height);
  if (gap >= NODE_HEIGHT + 2 * RANK_GAP) {
    return { [key]: { x: snapped(wanted.x), y: snapped(start.y + height + (gap - NODE_HEIGHT) / 2) } };
  }
  const shift = NODE_HEIGHT + RANK_GAP;
  for (const [id, point] of Object.entries(at)) {
    if (point.y >= target.y - 1 && id !== from) moved[id] = { x: point.x, y: point.y + shift };
  }
  return moved;
}
