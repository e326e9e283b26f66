/** A flow as a graph to draw: nodes with sizes, edges with ports. Free of React and of the canvas library. */

import { END, type Edge, type EdgeAt, type EdgeKind, type Flow, START, type Step } from "../api/types";

export const NODE_WIDTH = 240;
export const NODE_HEIGHT = 72;
export const PILL_WIDTH = 80;
export const PILL_HEIGHT = 32;

/** Ends of flows, one for each way that leads there: long lines to one common end would cross everything. */
export interface EndNode {
  readonly id: string;
  readonly edge: Edge;
}

export interface DrawnEdge {
  readonly id: string;
  readonly source: string;
  readonly sourcePort: string;
  readonly target: string;
  readonly edge: Edge;
}

export interface Graph {
  readonly steps: readonly Step[];
  readonly ends: readonly EndNode[];
  readonly edges: readonly DrawnEdge[];
  /** The ways on of each step, in the order of the file. */
  readonly outgoing: ReadonlyMap<string, readonly Edge[]>;
}

export const edgeId = (at: EdgeAt): string => `${at.from}|${at.kind}|${at.index}`;
export const portId = (at: { kind: EdgeKind; index: number }): string => `${at.kind}:${at.index}`;
export const endId = (at: EdgeAt): string => `${END}|${edgeId(at)}`;
export const isEndId = (id: string): boolean => id.startsWith(`${END}|`);

export interface Size {
  readonly width: number;
  readonly height: number;
}

const STEP_SIZE: Size = { width: NODE_WIDTH, height: NODE_HEIGHT };
const PILL_SIZE: Size = { width: PILL_WIDTH, height: PILL_HEIGHT };

/** How large what has this id is drawn. */
export function sizeOf(id: string): Size {
  return id === START || id === END || isEndId(id) ? PILL_SIZE : STEP_SIZE;
}

/** Whether both are the same way on of the same step. */
export const isSameWay = (one: EdgeAt, other: EdgeAt): boolean => one.from === other.from && one.kind === other.kind && one.index === other.index;

export function toGraph(flow: Flow): Graph {
  const outgoing = new Map<string, Edge[]>();
  const known = new Set(flow.steps.map((step) => step.key));
  for (const edge of flow.edges) {
    const own = outgoing.get(edge.from);
    if (own === undefined) outgoing.set(edge.from, [edge]);
    else own.push(edge);
  }
  for (const own of outgoing.values()) own.sort((one, other) => one.index - other.index);
  const ends: EndNode[] = [];
  const edges: DrawnEdge[] = [];
  for (const edge of flow.edges) {
    const id = edgeId(edge);
    let target = edge.to;
    if (target === null || target === END || !known.has(target)) {
      target = endId(edge);
      ends.push({ id: target, edge });
    }
    edges.push({ id, source: edge.from, sourcePort: portId(edge), target, edge });
  }
  return { steps: flow.steps, ends, edges, outgoing };
}

/** The edges back, which close loops: laid out against the direction of reading. */
export function predecessorsOf(flow: Flow, key: string): readonly Edge[] {
  return flow.edges.filter((edge) => edge.to === key);
}

export function outgoingOf(flow: Flow, key: string): readonly Edge[] {
  return flow.edges.filter((edge) => edge.from === key).sort((one, other) => one.index - other.index);
}

export function firstStepOf(flow: Flow): string | null {
  const first = flow.edges.find((edge) => edge.from === START)?.to;
  return first === undefined || first === END ? (flow.steps[0]?.key ?? null) : first;
}
