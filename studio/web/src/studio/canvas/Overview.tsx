/** The whole flow, small: where its steps are, what is selected or wrong, and what part of it is in view.
 *
 * While the view moves only a frame is shifted; what the frame lies on is drawn again only when the flow changes. That is
 * why it is not the canvas library's own.
 */

import { Panel, useReactFlow, useStoreApi } from "@xyflow/react";
import { memo, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import type { CanvasNode } from "./drawing";
import { sizeOf } from "./graph";
import { type Area, areaOf, OVERVIEW_SIZE, scaled, seenBy, shownArea, within } from "./overviewPlaces";

/** Around the frame everything is dimmed by its border, which reaches past the overview from any place in it. */
const SHADE = OVERVIEW_SIZE.width;
/** How much a turn of the wheel zooms. */
const WHEEL = 0.002;

export function Overview({ nodes, colour }: { nodes: readonly CanvasNode[]; colour: (node: CanvasNode) => string }) {
  const store = useStoreApi();
  const all = useMemo(() => areaOf(nodes.map((node) => ({ ...node.position, ...sizeOf(node.id) }))), [nodes]);
  const [area, setArea] = useState<Area | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const fit = useMemo(() => (area === null ? null : scaled(area)), [area]);

  useLayoutEffect(() => {
    const follow = (): void => {
      const { transform, width, height } = store.getState();
      const seen = seenBy({ x: transform[0], y: transform[1], zoom: transform[2] }, { width, height });
      const shown = shownArea(all, seen, area);
      if (shown !== area) setArea(shown);
      if (fit === null || frame.current === null) return;
      const place = within(fit, seen);
      const { style } = frame.current;
      style.transform = `translate(${place.x - SHADE}px, ${place.y - SHADE}px)`;
      const [wide, high] = [`${place.width}px`, `${place.height}px`];
      if (style.width !== wide) style.width = wide;
      if (style.height !== high) style.height = high;
    };
    follow();
    return store.subscribe(follow);
  }, [store, all, area, fit]);

  const moving = useMoving(fit?.box ?? null, fit?.scale ?? 1);
  return (
    <Panel position="bottom-right" className="react-flow__minimap max-md:hidden" data-testid="overview">
      <svg width={OVERVIEW_SIZE.width} height={OVERVIEW_SIZE.height} viewBox={fit === null ? undefined : Object.values(fit.box).join(" ")} role="img" aria-label={canvasStrings.minimap} {...moving}>
        {nodes.map((node) => (
          <Mark key={node.id} id={node.id} x={node.position.x} y={node.position.y} colour={colour(node)} isSelected={node.selected === true} />
        ))}
      </svg>
      <div ref={frame} className="overview-frame" style={{ borderWidth: SHADE }} />
    </Panel>
  );
}

interface MarkProps {
  id: string;
  x: number;
  y: number;
  colour: string;
  isSelected: boolean;
}

const Mark = memo(function Mark({ id, x, y, colour, isSelected }: MarkProps) {
  const { width, height } = sizeOf(id);
  return <rect className={`react-flow__minimap-node ${isSelected ? "selected" : ""}`} x={x} y={y} width={width} height={height} rx={8} fill={colour} style={{ fill: colour }} shapeRendering="crispEdges" />;
});

/** The view follows the pointer that is held on the overview; the wheel zooms. */
function useMoving(box: Area | null, scale: number) {
  const { setCenter, zoomTo, getZoom } = useReactFlow();
  const isHeld = useRef(false);
  const svg = useRef<SVGSVGElement>(null);
  // Not by React, which may not keep the browser from zooming the page.
  useEffect(() => {
    const drawn = svg.current;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      void zoomTo(getZoom() * 2 ** (-event.deltaY * WHEEL));
    };
    drawn?.addEventListener("wheel", turn, { passive: false });
    return () => drawn?.removeEventListener("wheel", turn);
  }, [zoomTo, getZoom]);
  const go = (event: PointerEvent<SVGSVGElement>): void => {
    if (box === null) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    void setCenter(box.x + (event.clientX - left) * scale, box.y + (event.clientY - top) * scale, { zoom: getZoom() });
  };
  return {
    ref: svg,
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.button !== 0) return;
      isHeld.current = true;
      event.currentTarget.setPointerCapture(event.pointerId);
      go(event);
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => isHeld.current && go(event),
    onPointerUp: () => {
      isHeld.current = false;
    },
    onPointerCancel: () => {
      isHeld.current = false;
    },
  };
}
