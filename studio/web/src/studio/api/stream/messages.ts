/** What the pages of one browser and the relay that holds their stream say to each other. Plain values: they cross threads. */

import type { ProjectEvent } from "../types";

/** Something that the server told of a project. `mark`: its place among what is told, see `marks.ts`. */
export type News = ProjectEvent & { readonly project: string; readonly mark: string };
/** Where a project stands when a stream begins. */
export type Hello = Extract<ProjectEvent, { type: "hello" | "presence" }> & News & { readonly type: "hello"; readonly stream: string; readonly revision: number | null };
/** A line of the stream. `lost`, without a project: the stream fell behind. `alive`: it stands, and there is no news. */
export type Line = News | { readonly type: "lost" | "alive" };

export type ToRelay =
  /** All projects that this page shows. `isHeld`: it holds the lock by its name as long as it lives. */
  | { readonly kind: "wants"; readonly projects: readonly string[]; readonly isHeld: boolean }
  /** The page goes, or sleeps. */
  | { readonly kind: "gone" }
  /** There is reason to believe that the server can be reached again. */
  | { readonly kind: "again" };

export type FromRelay =
  | { readonly kind: "told"; readonly news: News }
  /** Nothing is heard until the next `hello`. */
  | { readonly kind: "lost" }
  /** The stream fell behind: anything may have happened. */
  | { readonly kind: "missed" }
  /** The relay lives, whatever the stream does. */
  | { readonly kind: "alive" }
  /** A relay has just begun, and asks who is there. */
  | { readonly kind: "who" };

/** Pages of another version of the studio may talk otherwise: they have a stream of their own. */
export const PROTOCOL = "vivavoce.studio.events.1";
