/** Lines that show what a dragged step is in line with. */

import { ViewportPortal } from "@xyflow/react";

const LONG = 20_000;

export function GuideLines({ vertical, horizontal }: { vertical: number | null; horizontal: number | null }) {
  return (
    <ViewportPortal>
      {vertical !== null && (
        <div
          data-testid="guide-vertical"
          className="pointer-events-none absolute w-px bg-accent"
          style={{ transform: `translate(${vertical}px, ${-LONG / 2}px)`, height: LONG }}
        />
      )}
      {horizontal !== null && (
        <div
          data-testid="guide-horizontal"
          className="pointer-events-none absolute h-px bg-accent"
          style={{ transform: `translate(${-LONG / 2}px, ${horizontal}px)`, width: LONG }}
        />
      )}
    </ViewportPortal>
  );
}
