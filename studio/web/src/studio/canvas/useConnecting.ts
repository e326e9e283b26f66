/** Drawing a line by mouse: from a port to a step, or to nothing, where a new step is offered. */

import { type Connection, type FinalConnectionState, type OnConnectStartParams, useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import type { EdgeAt, EdgeKind, Flow } from "../api/types";
import type { CanvasActions } from "./CanvasContext";
import { useCanvasUi } from "./canvasUi";
import { NEW_PORT } from "./drawing";
import { NODE_WIDTH, outgoingOf } from "./graph";
import { snapped } from "./layout";

/** How far the pointer must have gone for the line to count as dropped and not as a click. */
const FAR = 12;

interface Handlers {
  onConnectStart: (event: MouseEvent | TouchEvent, params: OnConnectStartParams) => void;
  onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void;
  isValidConnection: (connection: Connection | { source: string; target: string }) => boolean;
}

/** The way on that a port stands for. */
export function wayOfPort(flow: Flow, key: string, port: string): EdgeAt & { isNew: boolean } {
  if (port === NEW_PORT) {
    const ifs = outgoingOf(flow, key).filter((edge) => edge.kind === "if").length;
    return { from: key, kind: "if", index: ifs, isNew: true };
  }
  const [kind, index] = port.split(":");
  return { from: key, kind: (kind ?? "next") as EdgeKind, index: Number(index ?? 0), isNew: false };
}

export function useConnecting(actions: CanvasActions): Handlers {
  const { screenToFlowPosition } = useReactFlow();
  return useMemo((): Handlers => {
    let started: { x: number; y: number } | null = null;
    return {
      onConnectStart(event, { nodeId, handleId }) {
        started = pointOf(event);
        if (nodeId === null) return;
        const { from, kind, index } = wayOfPort(actions.current().flow, nodeId, handleId ?? "next:0");
        useCanvasUi.getState().setConnecting({ from, kind, index });
      },
      isValidConnection: ({ target }) => actions.refusalFor(target) === null,
      onConnectEnd(event, state) {
        const way = useCanvasUi.getState().connecting;
        useCanvasUi.getState().setConnecting(null);
        if (way === null || actions.isReadOnly) return;
        const isNew = state.fromHandle?.id === NEW_PORT;
        const screen = pointOf(event);
        const target = nodeUnder(screen) ?? state.toNode?.id ?? null;
        if (target !== null && target !== way.from) {
          actions.connect(way, target, isNew);
          return;
        }
        const distance = started === null ? FAR : Math.hypot(screen.x - started.x, screen.y - started.y);
        if (target !== null || distance < FAR) return;
        const point = screenToFlowPosition(screen);
        const place = { x: snapped(point.x - NODE_WIDTH / 2), y: snapped(point.y) };
        useCanvasUi.getState().ask({ at: way, point: place, screen, isNewBranch: isNew });
      },
    };
  }, [actions, screenToFlowPosition]);
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const touch = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 };
}

/** A line may be dropped anywhere on a step, not only on its port. */
function nodeUnder(point: { x: number; y: number }): string | null {
  const found = document.elementFromPoint(point.x, point.y)?.closest(".react-flow__node");
  return found?.getAttribute("data-id") ?? null;
}
