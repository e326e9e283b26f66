/** What a person has changed and what is no gesture yet: words still being typed, a condition that is being written.
 *
 * The document counts gestures that wait to be sent; this counts what comes before one, so that nothing is called saved
 * that is not.
 */

import { create } from "zustand";

interface Unsent {
  readonly count: number;
}

export const useUnsent = create<Unsent>()(() => ({ count: 0 }));

/** Count something until what is returned is called; calling that again does nothing. */
export function unsent(): () => void {
  let isOver = false;
  useUnsent.setState(({ count }) => ({ count: count + 1 }));
  return () => {
    if (isOver) return;
    isOver = true;
    useUnsent.setState(({ count }) => ({ count: count - 1 }));
  };
}
