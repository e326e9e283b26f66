/** The microphone's level as bars of a voice. Drawn past React, which need not see every change. */

import { useEffect, useRef } from "react";
import type { LevelMeter } from "../call/meter";
import { strings } from "../strings";

/** How far each bar follows the level: the middle ones most. */
const SHAPE = [0.35, 0.55, 0.75, 0.9, 1, 0.9, 0.75, 0.55, 0.35];
/** A silent bar is a dot: as high as it is wide. */
const REST = 0.125;

export function LevelBars({ meter }: { meter: LevelMeter }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let level = 0;
    let request = 0;
    const draw = (): void => {
      request = 0;
      const bars = root.current?.children ?? [];
      Array.from(bars).forEach((bar, i) => {
        const height = Math.max(REST, level * (SHAPE[i] ?? 1));
        (bar as HTMLElement).style.height = `${(height * 100).toFixed(1)}%`;
      });
    };
    const stop = meter.follow((now) => {
      level = now;
      if (request === 0) request = requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(request);
    };
  }, [meter]);
  return (
    <div
      ref={root}
      role="img"
      aria-label={strings.call.level}
      data-testid="level"
      className="ml-auto flex h-8 shrink-0 items-center gap-1"
    >
      {SHAPE.map((_, i) => (
        <span key={i} className="h-1 w-1 rounded-full bg-accent max-sm:nth-[n+6]:hidden" />
      ))}
    </div>
  );
}
