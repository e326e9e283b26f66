/** The canvas library's nodes and edges, made from a flow. Sizes and ports are known, so nothing has to be measured. */

import { type Edge as DrawnLine, MarkerType, type Node, type NodeHandle, Position } from "@xyflow/react";
import { type Edge, type Finding, type Flow, type Point, START, type Step, type StepType } from "../api/types";
import { endId, type Graph, NODE_HEIGHT, NODE_WIDTH, PILL_HEIGHT, PILL_WIDTH, portId } from "./graph";
import type { Positions } from "./layout";
import type { Overlay, Tone } from "./overlayStore";
import { type Look, lookOf } from "./stepLooks";
import { type ResponseText, titleOf, wordsOf } from "./stepWords";

export interface PortPlace {
  readonly id: string;
  readonly x: number;
}

export interface StepData extends Record<string, unknown> {
  readonly flow: string;
  readonly type: StepType;
  readonly look: Look;
  /** Another flow can be opened from here. */
  readonly opens: boolean;
  readonly title: string;
  readonly words: string;
  readonly ports: readonly PortPlace[];
  readonly errors: number;
  readonly warnings: number;
  readonly isReadOnly: boolean;
  readonly isActive: boolean;
  readonly isVisited: boolean;
  readonly tone: Tone | null;
  readonly watchers: readonly string[];
}

export interface PillData extends Record<string, unknown> {
  readonly edge: Edge | null;
}

export interface LineData extends Record<string, unknown> {
  readonly edge: Edge;
  readonly from: string;
  readonly to: string;
  readonly isOnly: boolean;
  readonly isReadOnly: boolean;
  readonly heat: number | null;
  /** Where the line runs beside steps that are in its way. */
  readonly lane: number | null;
  /** How far from its usual place what stands on the line has to go; null: not at all. */
  readonly shift: Point | null;
}

/** How lines run, and where what stands on them goes, by edge id. */
export interface Ways {
  readonly lanes: ReadonlyMap<string, number>;
  readonly shifts: ReadonlyMap<string, Point>;
}

export type StepNodeType = Node<StepData, "step">;
export type PillNodeType = Node<PillData, "start" | "end">;
export type CanvasNode = StepNodeType | PillNodeType;
export type CanvasLine = DrawnLine<LineData, "flow">;

/** The port of a branch that does not exist yet. */
export const NEW_PORT = "new";

export interface DrawOptions {
  readonly responseText: ResponseText;
  readonly findings: readonly Finding[];
  readonly overlay: Overlay;
  readonly isReadOnly: boolean;
  readonly selected: ReadonlySet<string>;
  readonly watchers: Readonly<Record<string, readonly string[]>>;
}

const PORT = 12;
const NOBODY: readonly string[] = [];

/** Ports are spread over the lower edge from left to right, in the order of the branches. */
export function portPlaces(step: Step, outgoing: readonly Edge[]): readonly PortPlace[] {
  if (step.type === "link") return [];
  const ways = outgoing.length === 0 ? [null] : outgoing;
  return ways.map((edge, index) => ({
    id: edge === null ? portId({ kind: "next", index: 0 }) : portId(edge),
    x: (NODE_WIDTH * (index + 1)) / (ways.length + 1),
  }));
}

const handle = (id: string | null, type: "source" | "target", x: number, y: number): NodeHandle => ({
  id,
  type,
  position: type === "source" ? Position.Bottom : Position.Top,
  x: x - PORT / 2,
  y: y - PORT / 2,
  width: PORT,
  height: PORT,
});

export function drawnNodes(flow: Flow, graph: Graph, at: Positions, options: DrawOptions): CanvasNode[] {
  const byStep = new Map<string, { errors: number; warnings: number }>();
  for (const finding of options.findings) {
    if (finding.flow !== flow.id || finding.step === null) continue;
    const counted = byStep.get(finding.step) ?? { errors: 0, warnings: 0 };
    counted[finding.severity === "error" ? "errors" : "warnings"] += 1;
    byStep.set(finding.step, counted);
  }
  const visited = new Set(options.overlay.visited);
  const steps = graph.steps.map((step): StepNodeType => {
    const ports = portPlaces(step, graph.outgoing.get(step.key) ?? []);
    const isUnfinished = step.type !== "link" && !options.isReadOnly;
    return {
      id: step.key,
      type: "step",
      position: at[step.key] ?? { x: 0, y: 0 },
      width: NODE_WIDTH,
      height: NODE_HEIGHT,
      measured: { width: NODE_WIDTH, height: NODE_HEIGHT },
      selected: options.selected.has(step.key),
      draggable: !options.isReadOnly,
      handles: [
        handle(null, "target", NODE_WIDTH / 2, 0),
        ...ports.map((port) => handle(port.id, "source", port.x, NODE_HEIGHT)),
        ...(isUnfinished ? [handle(NEW_PORT, "source", NODE_WIDTH - 8, NODE_HEIGHT)] : []),
      ],
      data: {
        flow: flow.id,
        type: step.type,
        look: lookOf(step),
        opens: step.type === "link" || (step.type === "call" && step.fields.mcp_server === undefined),
        title: titleOf(step),
        words: wordsOf(step, options.responseText),
        ports,
        errors: byStep.get(step.key)?.errors ?? 0,
        warnings: byStep.get(step.key)?.warnings ?? 0,
        isReadOnly: options.isReadOnly,
        isActive: options.overlay.active === step.key,
        isVisited: visited.has(step.key),
        tone: options.overlay.tones[step.key] ?? null,
        watchers: options.watchers[step.key] ?? NOBODY,
      },
    };
  });
  return [pill("start", START, at[START], null), ...steps, ...graph.ends.map((end) => pill("end", endId(end.edge), at[end.id], end.edge))];
}

function pill(type: "start" | "end", id: string, position: { x: number; y: number } | undefined, edge: Edge | null): PillNodeType {
  const isStart = type === "start";
  return {
    id,
    type,
    position: position ?? { x: 0, y: 0 },
    width: PILL_WIDTH,
    height: PILL_HEIGHT,
    measured: { width: PILL_WIDTH, height: PILL_HEIGHT },
    draggable: true,
    deletable: false,
    selectable: isStart,
    handles: isStart
      ? [handle(portId({ kind: "next", index: 0 }), "source", PILL_WIDTH / 2, PILL_HEIGHT)]
      : [handle(null, "target", PILL_WIDTH / 2, 0)],
    data: { edge },
  };
}

export function drawnLines(flow: Flow, graph: Graph, options: Pick<DrawOptions, "isReadOnly" | "overlay">, selectedEdge: string | null, ways: Ways): CanvasLine[] {
  const titles = new Map(flow.steps.map((step) => [step.key, titleOf(step)]));
  const incoming = new Map<string, number>();
  for (const each of graph.edges) incoming.set(each.target, (incoming.get(each.target) ?? 0) + 1);
  return graph.edges.map((each): CanvasLine => ({
    id: each.id,
    type: "flow",
    source: each.source,
    sourceHandle: each.sourcePort,
    target: each.target,
    selected: each.id === selectedEdge,
    // Where two lines cross, the one that is selected lies above.
    zIndex: each.id === selectedEdge ? 1 : 0,
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--color-edge)" },
    data: {
      edge: each.edge,
      from: titles.get(each.source) ?? START,
      to: titles.get(each.target) ?? "END",
      isOnly: incoming.get(each.target) === 1,
      isReadOnly: options.isReadOnly,
      heat: options.overlay.heat[each.id] ?? null,
      lane: ways.lanes.get(each.id) ?? null,
      shift: ways.shifts.get(each.id) ?? null,
    },
  }));
}
