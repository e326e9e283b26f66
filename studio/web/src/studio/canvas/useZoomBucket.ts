/** How far away the canvas is, in four steps: less is drawn from far away, and titles grow. See canvas.css. */

import { useStore } from "@xyflow/react";
import { createContext, useContext } from "react";

export type ZoomBucket = "near" | "middle" | "far" | "farthest";

export function bucketOf(zoom: number): ZoomBucket {
  if (zoom >= 0.75) return "near";
  if (zoom >= 0.5) return "middle";
  return zoom >= 0.35 ? "far" : "farthest";
}

export function useZoomBucket(): ZoomBucket {
  return useStore((state) => bucketOf(state.transform[2]));
}

const Context = createContext<ZoomBucket>("near");

export const ZoomProvider = Context.Provider;

/** What can be made out from here: what cannot is not in the page at all, since a large flow has a lot of it. */
export function useDetail(): { readonly hasWords: boolean; readonly hasPorts: boolean } {
  const zoom = useContext(Context);
  return { hasWords: zoom === "near" || zoom === "middle", hasPorts: zoom !== "farthest" };
}
