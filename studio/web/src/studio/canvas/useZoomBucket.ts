/** How far away the canvas is, in four steps: less is drawn from far away, and titles grow. See canvas.css. */

import { useStore } from "@xyflow/react";

export type ZoomBucket = "near" | "middle" | "far" | "farthest";

export function bucketOf(zoom: number): ZoomBucket {
  if (zoom >= 0.75) return "near";
  if (zoom >= 0.5) return "middle";
  return zoom >= 0.35 ? "far" : "farthest";
}

export function useZoomBucket(): ZoomBucket {
  return useStore((state) => bucketOf(state.transform[2]));
}
