/** The flows that were opened one from another: the way back. */

import { create } from "zustand";

interface Trail {
  readonly project: string | null;
  readonly trail: readonly string[];
  visit(project: string, flow: string): void;
}

const MOST = 8;

/** Going back to a flow that is in the trail cuts off what came after it. */
export function visited(trail: readonly string[], flow: string): readonly string[] {
  const at = trail.indexOf(flow);
  return at === -1 ? [...trail, flow].slice(-MOST) : trail.slice(0, at + 1);
}

export const useTrail = create<Trail>()((set, get) => ({
  project: null,
  trail: [],
  visit: (project, flow) => {
    const before = get().project === project ? get().trail : [];
    set({ project, trail: visited(before, flow) });
  },
}));
