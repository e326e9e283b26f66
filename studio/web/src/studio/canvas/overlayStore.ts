/** What other parts of the studio draw over the canvas: the step a call is at, a diff, how often tests pass each line. */

import { create } from "zustand";

export type Tone = "added" | "removed" | "changed" | "moved";

export interface Overlay {
  /** The step a try-it conversation waits at or runs. */
  readonly active: string | null;
  /** Steps that this turn ran through. */
  readonly visited: readonly string[];
  readonly tones: Readonly<Record<string, Tone>>;
  /** By edge id (`from|kind|index`): between 0 (never) and 1 (most often). */
  readonly heat: Readonly<Record<string, number>>;
}

export const NO_OVERLAY: Overlay = { active: null, visited: [], tones: {}, heat: {} };

interface Overlays {
  readonly flows: Readonly<Record<string, Overlay>>;
  /** Change what is drawn over one flow; what is not given stays. */
  draw(flow: string, overlay: Partial<Overlay>): void;
  /** A conversation moved on: light its step in one flow, and in no other. */
  light(flow: string | null, step: string | null, visited?: readonly string[]): void;
  clear(): void;
}

export const useOverlays = create<Overlays>()((set, get) => ({
  flows: {},
  draw: (flow, overlay) => {
    const { flows } = get();
    set({ flows: { ...flows, [flow]: { ...(flows[flow] ?? NO_OVERLAY), ...overlay } } });
  },
  light: (flow, step, visited = []) => {
    const dark = Object.entries(get().flows).map(([id, overlay]) => [id, { ...overlay, active: null, visited: [] }] as const);
    const flows: Record<string, Overlay> = Object.fromEntries(dark);
    if (flow !== null) flows[flow] = { ...(flows[flow] ?? NO_OVERLAY), active: step, visited };
    set({ flows });
  },
  clear: () => set({ flows: {} }),
}));
