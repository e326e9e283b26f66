/** Conditions that were changed and whose text the server has not written yet.
 *
 * A condition is put where its row is. So what moves the rows of a list, or takes one away, waits until none is under
 * way: somebody who leaves a field by pressing such a button has done the one before the other.
 */

import { useRef } from "react";
import { unsent } from "../document/unsent";

let count = 0;
let waiting: (() => void)[] = [];

/** A condition is under way until what is returned is called. */
export function conditionBegun(): () => void {
  count += 1;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    count -= 1;
    if (count > 0) return;
    const runs = waiting;
    waiting = [];
    // Once the forms show what was written.
    setTimeout(() => {
      for (const run of runs) run();
    });
  };
}

/** Do something once no condition is under way: at once where none is. */
export function afterConditions(run: () => void): void {
  if (count === 0) {
    run();
    return;
  }
  const release = unsent();
  waiting.push(() => {
    afterConditions(run);
    release();
  });
}

/** The same for a component: what is done then is what the newest rendering of it would do. */
export function useAfterConditions<Args extends readonly unknown[]>(run: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(run);
  latest.current = run;
  return (...args) => afterConditions(() => latest.current(...args));
}
