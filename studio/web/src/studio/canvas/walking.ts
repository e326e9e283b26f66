/** Walking along a flow by arrow keys: down with it, up against it, left and right between neighbours. */

import { END, type Flow, START } from "../api/types";
import { firstStepOf, outgoingOf, predecessorsOf } from "./graph";
import type { Positions } from "./layout";

export type Direction = "up" | "down" | "left" | "right";

/** The step to go to; null where there is none in that direction. */
export function neighbour(flow: Flow, at: Positions, key: string | null, direction: Direction): string | null {
  if (key === null) return firstStepOf(flow);
  if (direction === "down") {
    const targets = outgoingOf(flow, key).map((edge) => edge.to);
    return targets.find((to) => to !== null && to !== END && to !== key) ?? null;
  }
  if (direction === "up") {
    const from = predecessorsOf(flow, key).map((edge) => edge.from);
    const above = from.filter((each) => (at[each]?.y ?? 0) < (at[key]?.y ?? 0));
    const up = above[0] ?? from[0] ?? null;
    return up === key ? null : up;
  }
  return beside(flow, at, key, direction);
}

function beside(flow: Flow, at: Positions, key: string, direction: "left" | "right"): string | null {
  const own = at[key];
  if (own === undefined) return null;
  const sign = direction === "right" ? 1 : -1;
  let best: { key: string; distance: number } | null = null;
  for (const other of [START, ...flow.steps.map((step) => step.key)]) {
    const point = at[other];
    if (other === key || point === undefined) continue;
    const along = (point.x - own.x) * sign;
    if (along <= 0) continue;
    const distance = along + 3 * Math.abs(point.y - own.y);
    if (best === null || distance < best.distance) best = { key: other, distance };
  }
  return best?.key ?? null;
}
