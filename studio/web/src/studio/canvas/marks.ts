/** What lies on the steps of the open flow beside their own content: comments, and how often tests came through. */

import { createContext, useContext } from "react";
import type { FlowComments } from "../comments/useComments";

export interface Marks {
  readonly comments: FlowComments;
  /** By step key how often tests ran it; null where the heat is not shown. */
  readonly runs: ReadonlyMap<string, number> | null;
  /** By edge id how often tests went that way; null where the heat is not shown. */
  readonly ways: ReadonlyMap<string, number> | null;
}

const NOTHING: Marks = { comments: { threads: new Map(), open: new Map(), isLost: false }, runs: null, ways: null };

const Context = createContext<Marks>(NOTHING);

export const MarksProvider = Context.Provider;

export function useMarks(): Marks {
  return useContext(Context);
}
