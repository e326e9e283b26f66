/** The dots behind the canvas. While the view moves their layer is only shifted by less than a gap, and never painted anew. */

import { useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useRef } from "react";
import { GRID } from "./layout";

/** Dots stand at every second line of the grid; from far away at fewer, so that they stay apart on the screen. */
const LEAST_GAP = 12;

/** Between two dots on the screen. */
export function gapAt(zoom: number): number {
  let gap = 2 * GRID * zoom;
  while (gap < LEAST_GAP) gap *= 2;
  return gap;
}

export function Dots() {
  const dots = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  useLayoutEffect(() => {
    let drawnAt = 0;
    const follow = (): void => {
      const [x, y, zoom] = store.getState().transform;
      const gap = gapAt(zoom);
      const style = dots.current?.style;
      if (style === undefined) return;
      style.transform = `translate(${(x % gap) - gap}px, ${(y % gap) - gap}px)`;
      if (zoom === drawnAt) return;
      drawnAt = zoom;
      const radius = Math.max(0.5, zoom / 2);
      style.inset = `0 ${-2 * gap}px ${-2 * gap}px 0`;
      style.backgroundImage = `radial-gradient(circle at center, var(--color-line) ${radius}px, transparent ${radius + 0.5}px)`;
      style.backgroundSize = `${gap}px ${gap}px`;
      style.backgroundPosition = `${-gap / 2}px ${-gap / 2}px`;
    };
    follow();
    return store.subscribe(follow);
  }, [store]);
  return (
    <div className="canvas-dots" aria-hidden="true">
      <div ref={dots} />
    </div>
  );
}
