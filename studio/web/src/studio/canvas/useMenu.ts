/** Opens the menu of the right mouse button: by mouse at what it was pressed on, by keys at what is selected. */

import type { Edge as DrawnLine, ReactFlowProps } from "@xyflow/react";
import { useMemo } from "react";
import { useProject } from "../document/DocumentProvider";
import { type EdgeAt, type Point, START } from "../api/types";
import type { CanvasActions } from "./CanvasContext";
import { type MenuSubject, useCanvasUi } from "./canvasUi";
import type { CanvasNode } from "./drawing";
import { edgeId } from "./graph";
import { screenOf } from "./useFlowActions";

type Pressed = { preventDefault(): void; clientX?: number; clientY?: number };
type Handlers = Required<Pick<ReactFlowProps<CanvasNode, DrawnLine>, "onNodeContextMenu" | "onEdgeContextMenu" | "onPaneContextMenu" | "onSelectionContextMenu">>;

interface Menu {
  readonly handlers: Handlers;
  readonly openAt: (key: string | null) => void;
}

export function useMenu(actions: CanvasActions): Menu {
  const { store } = useProject();
  return useMemo((): Menu => {
    const id = actions.current().flow.id;
    const open = (subject: MenuSubject, screen: Point, isByKeys: boolean): void => {
      const { selection } = store.getState();
      const keys = selection.flow === id ? selection.keys : [];
      if (subject.kind === "edge") actions.selectEdge(subject.at);
      else if (subject.kind === "flow") actions.select([]);
      else if (!keys.includes(subject.key)) actions.select([subject.key]);
      useCanvasUi.getState().askMenu({ subject, screen, isByKeys });
    };
    const pressed = (event: Pressed, subject: MenuSubject): void => {
      event.preventDefault();
      open(subject, { x: event.clientX ?? 0, y: event.clientY ?? 0 }, false);
    };
    return {
      handlers: {
        onNodeContextMenu: (event, node) => pressed(event, node.type === "end" && node.data.edge !== null ? { kind: "edge", at: wayOf(node.data.edge) } : { kind: "step", key: node.id }),
        onEdgeContextMenu: (event, line) => pressed(event, { kind: "edge", at: wayOf((line.data as { edge: EdgeAt }).edge) }),
        onPaneContextMenu: (event) => pressed(event, { kind: "flow" }),
        onSelectionContextMenu: (event, [first]) => pressed(event, first === undefined ? { kind: "flow" } : { kind: "step", key: first.id }),
      },
      openAt(key) {
        const { selection } = store.getState();
        const edge = selection.flow === id ? selection.edge : null;
        if (key !== null) open({ kind: "step", key }, screenOf(key), true);
        else if (edge !== null) open({ kind: "edge", at: edge }, middleOf(document.querySelector(`[data-testid="${CSS.escape(`insert-${edgeId(edge)}`)}"]`)), true);
        else open({ kind: "flow" }, screenOf(null), true);
      },
    };
  }, [actions, store]);
}

function wayOf({ from, kind, index }: EdgeAt): EdgeAt {
  return { from, kind, index };
}

function middleOf(element: Element | null): Point {
  const box = element?.getBoundingClientRect();
  return box === undefined ? screenOf(START) : { x: box.x + box.width / 2, y: box.bottom };
}
