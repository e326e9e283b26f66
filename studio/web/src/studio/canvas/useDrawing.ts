/** Nodes and lines for the canvas library: from the document, with what is being dragged on top. */

import { type NodeChange, type OnNodesChange, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { Flow, Point } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import type { CanvasActions } from "./CanvasContext";
import { type CanvasLine, type CanvasNode, drawnLines, drawnNodes } from "./drawing";
import { edgeId, toGraph } from "./graph";
import { type Box, guidesFor } from "./guides";
import { kept } from "./keeping";
import { labelShifts } from "./labels";
import type { Positions } from "./layout";
import type { Overlay } from "./overlayStore";
import { lanesFor } from "./routing";
import { useResponseTexts } from "./useResponseTexts";

/** How near two edges must be to snap, in pixels of the screen. */
const REACH = 6;
const NO_GUIDES = { vertical: null, horizontal: null };

type Dragged = ReadonlyMap<string, Point>;

interface Drawing {
  readonly nodes: CanvasNode[];
  readonly lines: CanvasLine[];
  readonly onNodesChange: OnNodesChange<CanvasNode>;
  readonly onDragStart: () => void;
  readonly onDragStop: () => void;
  readonly isSnapping: boolean;
  readonly guides: { readonly vertical: number | null; readonly horizontal: number | null };
}

export function useDrawing(
  flow: Flow,
  at: Positions,
  actions: CanvasActions,
  overlay: Overlay,
  watchers: Readonly<Record<string, readonly string[]>>,
): Drawing {
  const { store } = useProject();
  const { getZoom } = useReactFlow();
  const selection = useStore(store, (state) => state.selection);
  const findings = useStore(store, (state) => state.findings);
  const responseText = useResponseTexts();
  const graph = useMemo(() => toGraph(flow), [flow]);
  const { isReadOnly } = actions;
  const selected = useMemo(() => new Set(selection.flow === flow.id ? selection.keys : []), [selection, flow.id]);
  const last = useRef<readonly CanvasNode[]>([]);
  const drawn = useMemo(() => {
    const now = drawnNodes(flow, graph, at, { responseText, findings, overlay, isReadOnly, selected, watchers });
    return kept(last.current, now);
  }, [flow, graph, at, responseText, findings, overlay, isReadOnly, selected, watchers]);
  last.current = drawn;
  const hasRuns = Object.keys(overlay.heat).length > 0;
  const ways = useMemo(() => {
    const lanes = lanesFor(graph, at);
    return { lanes, shifts: labelShifts(graph, at, lanes, hasRuns) };
  }, [graph, at, hasRuns]);
  const selectedEdge = selection.flow === flow.id && selection.edge !== null ? edgeId(selection.edge) : null;
  const lastLines = useRef<readonly CanvasLine[]>([]);
  const lines = useMemo(
    () => kept(lastLines.current, drawnLines(flow, graph, { isReadOnly, overlay }, selectedEdge, ways)),
    [flow, graph, isReadOnly, overlay, selectedEdge, ways],
  );
  lastLines.current = lines;
  // Where what is dragged is now, by id; null: nothing is. All else is drawn as the document has it, also meanwhile.
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const [guides, setGuides] = useState<Drawing["guides"]>(NO_GUIDES);
  const isFree = useAltKey();
  const freely = useRef(isFree);
  freely.current = isFree;

  const nodes = useMemo(
    () => (dragged === null ? drawn : drawn.map((node) => (dragged.has(node.id) ? { ...node, position: dragged.get(node.id) as Point } : node))),
    [drawn, dragged],
  );
  // The pointer may move on, or let go, before what it did last is drawn.
  const pointed = useRef<Dragged | null>(null);
  const latest = useRef(drawn);
  latest.current = drawn;
  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      const picks = changes.filter((change) => change.type === "select");
      if (picks.length > 0) {
        const state = store.getState();
        const keys = new Set(state.selection.flow === flow.id ? state.selection.keys : []);
        for (const pick of picks) {
          if (pick.selected) keys.add(pick.id);
          else keys.delete(pick.id);
        }
        state.select({ flow: flow.id, keys: [...keys], edge: null });
      }
      const moving = changes.flatMap((change) => (change.type === "position" && change.dragging === true && change.position !== undefined ? [{ id: change.id, at: change.position }] : []));
      const [only] = moving;
      if (only === undefined || pointed.current === null) return;
      let places = moving;
      let shown: Drawing["guides"] = NO_GUIDES;
      if (moving.length === 1 && !freely.current) {
        const { x, y, ...lines } = guidesFor(boxOf(only.id, only.at, latest.current), boxesBut(only.id, latest.current), REACH / getZoom());
        places = [{ id: only.id, at: { x, y } }];
        shown = lines;
      }
      setGuides(shown);
      pointed.current = new Map(places.map((place) => [place.id, place.at]));
      setDragged(pointed.current);
    },
    [store, flow.id, getZoom],
  );

  const onDragStart = useCallback(() => {
    pointed.current = new Map();
  }, []);
  const onDragStop = useCallback(() => {
    const moved: Record<string, Point> = {};
    for (const { id, position } of latest.current) {
      const to = pointed.current?.get(id);
      if (to !== undefined && (to.x !== position.x || to.y !== position.y)) moved[id] = to;
    }
    pointed.current = null;
    setDragged(null);
    setGuides(NO_GUIDES);
    if (Object.keys(moved).length > 0) actions.place(moved);
  }, [actions]);

  return { nodes, lines, onNodesChange, onDragStart, onDragStop, isSnapping: !isFree, guides };
}

function boxOf(id: string, position: Point, nodes: readonly CanvasNode[]): Box {
  const node = nodes.find((each) => each.id === id);
  return { ...position, width: node?.width ?? 0, height: node?.height ?? 0 };
}

function boxesBut(id: string, nodes: readonly CanvasNode[]): readonly Box[] {
  return nodes.filter((each) => each.id !== id).map((each) => ({ ...each.position, width: each.width ?? 0, height: each.height ?? 0 }));
}

/** Whether Alt is held: no grid and no guides then. */
function useAltKey(): boolean {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => setHeld(event.altKey);
    const leave = (): void => setHeld(false);
    window.addEventListener("keydown", press);
    window.addEventListener("keyup", press);
    window.addEventListener("blur", leave);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keyup", press);
      window.removeEventListener("blur", leave);
    };
  }, []);
  return isHeld;
}
