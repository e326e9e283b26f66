/** Draws the conversation over the canvas: the active step is lit, those it came through are tinted, and it is followed. */

import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useFocus } from "../canvas/focusStore";
import { useOverlays } from "../canvas/overlayStore";
import { useDoc, useProject } from "../document/DocumentProvider";
import { activeOf, drawnOver, keyOf } from "./lighting";
import { useTry } from "./trySession";

export function useLighting(): void {
  const lighting = useTry((session) => session.lighting);
  const isFollowing = useTry((session) => session.isFollowing);
  const flows = useDoc((state) => state.flows);
  const { project, store } = useProject();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const shownFlow = useRef<string | null>(null);
  const active = activeOf(lighting);
  const activeFlow = active?.flow ?? null;
  // A built-in pattern is no drawing of one's own: the strip of flows tells it, and the canvas stays.
  const isOwn = useDoc((state) => state.outline?.flows.some((flow) => flow.id === activeFlow && !flow.is_default) === true);
  const isKnown = useDoc((state) => state.outline?.flows.some((flow) => flow.id === activeFlow) === true);
  const activeKey = activeFlow === null ? null : keyOf(flows[activeFlow], active?.step ?? null);

  useEffect(() => {
    if (activeFlow !== null && isKnown) void store.getState().openFlow(activeFlow);
  }, [activeFlow, isKnown, store]);
  useEffect(() => {
    const { draw, flows: drawn } = useOverlays.getState();
    for (const flow of Object.values(flows)) {
      const next = drawnOver(flow, lighting);
      const now = drawn[flow.id];
      if (next.active === null && next.visited.length === 0 && now === undefined) continue;
      if (now?.active !== next.active || now.visited.join() !== next.visited.join()) draw(flow.id, next);
    }
  }, [lighting, flows]);
  useEffect(() => {
    const isOnCanvas = /\/flows(\/|$)/.test(pathname);
    if (!isFollowing || activeFlow === null || activeKey === null || !isOnCanvas) return;
    if (!isOwn && !pathname.endsWith(`/flows/${activeFlow}`)) return;
    useFocus.getState().ask(activeFlow, activeKey, null);
    if (shownFlow.current === activeFlow && !pathname.endsWith("/flows")) return;
    shownFlow.current = activeFlow;
    void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: activeFlow } });
    // Where the person goes by themselves they are left until the conversation moves on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isFollowing, activeFlow, activeKey]);
  useEffect(() => () => dark(), []);
}

/** Take the light off every canvas, and leave what others drew. */
function dark(): void {
  const { draw, flows } = useOverlays.getState();
  for (const flow of Object.keys(flows)) draw(flow, { active: null, visited: [] });
}
