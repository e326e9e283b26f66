/** Brings the view to what is worked on: the whole flow at first, then steps that are selected, new or pointed to. */

import { useNodesInitialized, useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";
import { type Flow, START } from "../api/types";
import { useDoc } from "../document/DocumentProvider";
import { useCanvasUi } from "./canvasUi";
import { useFocus } from "./focusStore";
import { NODE_HEIGHT, NODE_WIDTH, PILL_WIDTH } from "./graph";
import type { Positions } from "./layout";
import { pannedTo, rectOf, viewOfAll, zoomOfAll } from "./viewing";

/** A flow that would have to be drawn smaller than this is shown from its beginning. */
const LEAST_ZOOM = 0.4;
const BEGIN_ZOOM = 0.8;
/** Three pulses of 0.8 s: see canvas.css. */
const PULSE_MS = 2_400;
const PAN_MS = 200;
const CENTRE_MS = 250;
/** So long after a step was pointed to, a pane that opens is taken to have opened for it. */
const ARRIVED_MS = 1_000;

export function useFocusing(flow: Flow, at: Positions, leastZoom: number): void {
  const { setCenter, setViewport, getViewport, getZoom } = useReactFlow();
  const store = useStoreApi();
  const isMeasured = useNodesInitialized();
  const fitted = useRef<string | null>(null);
  const asked = useFocus((focus) => focus.asked);
  const seen = useRef(0);
  const tidied = useCanvasUi((ui) => ui.tidied);
  const tidySeen = useRef(tidied);
  const selected = useDoc(({ selection }) => (selection.flow === flow.id && selection.keys.length === 1 ? (selection.keys[0] ?? null) : null));
  const followed = useRef(selected);
  const isPressed = usePressed();

  const showAll = useCallback(
    (duration: number): void => {
      const size = store.getState();
      const start = at[START];
      const view =
        start === undefined || zoomOfAll(at, size) >= LEAST_ZOOM
          ? viewOfAll(at, size, leastZoom)
          : { x: size.width / 2 - (start.x + PILL_WIDTH / 2) * BEGIN_ZOOM, y: 32 - start.y * BEGIN_ZOOM, zoom: BEGIN_ZOOM };
      void setViewport(view, { duration });
    },
    [at, store, setViewport, leastZoom],
  );

  useEffect(() => {
    if (!isMeasured || fitted.current === flow.id) return;
    fitted.current = flow.id;
    const { key, flow: wanted } = useFocus.getState();
    // A step that was asked for comes first; else everything is shown, or the beginning of what is too large.
    if (wanted === flow.id && key !== null && seen.current !== useFocus.getState().asked) return;
    showAll(0);
  }, [isMeasured, flow.id, showAll]);

  // A pane beside the canvas has opened or closed: what was in the middle stays there, or what is just coming there.
  const coming = useRef<{ x: number; y: number; zoom: number; untilMs: number } | null>(null);
  const width = useStore((state) => state.width);
  const lastWidth = useRef(width);
  useEffect(() => {
    const grown = lastWidth.current === 0 ? 0 : width - lastWidth.current;
    lastWidth.current = width;
    if (grown === 0 || fitted.current !== flow.id) return;
    if (coming.current !== null && performance.now() < coming.current.untilMs) {
      const { x, y, zoom } = coming.current;
      void setCenter(x, y, { zoom, duration: CENTRE_MS });
      return;
    }
    const view = getViewport();
    void setViewport({ ...view, x: view.x + grown / 2 });
  }, [width, flow.id, getViewport, setViewport, setCenter]);

  // Everything stands elsewhere after tidying: nothing of it may be out of sight or under the overview.
  useEffect(() => {
    if (tidied === tidySeen.current) return;
    tidySeen.current = tidied;
    showAll(PAN_MS);
  }, [tidied, showAll]);

  useEffect(() => {
    const { flow: wanted, key } = useFocus.getState();
    if (!isMeasured || asked === seen.current || wanted !== flow.id) return;
    seen.current = asked;
    const point = key === null ? undefined : at[key];
    if (key === null || point === undefined) return;
    followed.current = key;
    const middle = { x: point.x + NODE_WIDTH / 2, y: point.y + NODE_HEIGHT / 2, zoom: Math.max(getZoom(), 0.9) };
    coming.current = { ...middle, untilMs: performance.now() + ARRIVED_MS };
    void setCenter(middle.x, middle.y, { zoom: middle.zoom, duration: CENTRE_MS });
    const { pulse } = useCanvasUi.getState();
    pulse(key);
    const timer = setTimeout(() => pulse(null), PULSE_MS);
    return () => clearTimeout(timer);
  }, [asked, isMeasured, flow.id, at, setCenter, getZoom]);

  // What is selected, and so what was just added, is in sight; but nothing moves away under a pointer that is held.
  useEffect(() => {
    if (selected === followed.current || fitted.current !== flow.id) return;
    const point = selected === null ? undefined : at[selected];
    if (selected !== null && point === undefined) return;
    followed.current = selected;
    if (selected === null || point === undefined || isPressed.current) return;
    const view = getViewport();
    const wanted = pannedTo(rectOf(selected, point), view, store.getState());
    if (wanted !== view) void setViewport(wanted, { duration: PAN_MS });
  }, [selected, at, flow.id, store, getViewport, setViewport, isPressed]);
}

/** Whether a button of the mouse is held down. */
function usePressed(): { readonly current: boolean } {
  const isPressed = useRef(false);
  useEffect(() => {
    const look = (event: PointerEvent): void => {
      isPressed.current = event.type === "pointerdown";
    };
    const kinds = ["pointerdown", "pointerup", "pointercancel"] as const;
    for (const kind of kinds) window.addEventListener(kind, look, true);
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, look, true);
    };
  }, []);
  return isPressed;
}
