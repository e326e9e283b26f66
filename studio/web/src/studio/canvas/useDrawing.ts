/** Nodes and lines for the canvas library: from the document, with what is being dragged on top. */

import { applyNodeChanges, type NodeChange, type OnNodesChange, useReactFlow } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { Flow, Point } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import type { CanvasActions } from "./CanvasContext";
import { type CanvasLine, type CanvasNode, drawnLines, drawnNodes } from "./drawing";
import { edgeId, toGraph } from "./graph";
import { type Box, guidesFor } from "./guides";
import type { Positions } from "./layout";
import type { Overlay } from "./overlayStore";
import { lanesFor } from "./routing";
import { useResponseTexts } from "./useResponseTexts";

/** How near two edges must be to snap, in pixels of the screen. */
const REACH = 6;
const NO_GUIDES = { vertical: null, horizontal: null };

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
  const drawn = useMemo(
    () => drawnNodes(flow, graph, at, { responseText, findings, overlay, isReadOnly, selected, watchers }),
    [flow, graph, at, responseText, findings, overlay, isReadOnly, selected, watchers],
  );
  const lanes = useMemo(() => lanesFor(graph, at), [graph, at]);
  const selectedEdge = selection.flow === flow.id && selection.edge !== null ? edgeId(selection.edge) : null;
  const lines = useMemo(
    () => drawnLines(flow, graph, { isReadOnly, overlay }, selectedEdge, lanes),
    [flow, graph, isReadOnly, overlay, selectedEdge, lanes],
  );
  const [nodes, setNodes] = useState(drawn);
  const [guides, setGuides] = useState<Drawing["guides"]>(NO_GUIDES);
  const isFree = useAltKey();
  const before = useRef<ReadonlyMap<string, Point> | null>(null);
  const freely = useRef(isFree);
  freely.current = isFree;

  // While something is dragged the document waits: its own positions come back with the next edit.
  useEffect(() => {
    if (before.current === null) setNodes(drawn);
  }, [drawn]);

  const latest = useRef(nodes);
  latest.current = nodes;
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
      const rest = changes.filter((change) => change.type !== "select" && change.type !== "remove");
      if (rest.length === 0) return;
      const moving = rest.filter((change) => change.type === "position" && change.dragging === true);
      const [only] = moving;
      if (only === undefined || only.type !== "position" || only.position === undefined || moving.length > 1 || freely.current) {
        if (moving.length > 0) setGuides(NO_GUIDES);
        setNodes((old) => applyNodeChanges(rest, old));
        return;
      }
      const found = guidesFor(boxOf(only.id, only.position, latest.current), boxesBut(only.id, latest.current), REACH / getZoom());
      const guided = { ...only, position: { x: found.x, y: found.y } };
      setGuides({ vertical: found.vertical, horizontal: found.horizontal });
      setNodes((old) => applyNodeChanges(rest.map((change) => (change === only ? guided : change)), old));
    },
    [store, flow.id, getZoom],
  );

  const onDragStart = useCallback(() => {
    before.current = new Map(latest.current.map((node) => [node.id, node.position]));
  }, []);
  const onDragStop = useCallback(() => {
    const old = before.current;
    before.current = null;
    setGuides(NO_GUIDES);
    const moved: Record<string, Point> = {};
    for (const node of latest.current) {
      const from = old?.get(node.id);
      if (from !== undefined && (from.x !== node.position.x || from.y !== node.position.y)) moved[node.id] = node.position;
    }
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
