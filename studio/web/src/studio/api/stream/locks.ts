/** Locks by which pages know of each other's end: a page holds the one of its name as long as it lives, however it ends. */

import { PROTOCOL } from "./messages";

const lockOf = (tab: string): string => `${PROTOCOL}.page.${tab}`;

/** Pages that are not served safely have none, and a browser that keeps nothing may refuse them. */
export function locksHere(): LockManager | null {
  return "locks" in navigator ? navigator.locks : null;
}

/** Take the lock of a page for as long as it lives; false where there are no locks. */
export function held(tab: string): Promise<boolean> {
  const locks = locksHere();
  if (locks === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const forEver = (): Promise<void> => {
      resolve(true);
      return new Promise(() => undefined);
    };
    locks.request(lockOf(tab), forEver).catch(() => resolve(false));
  });
}

/** Do something once a page is gone that held its lock. */
export function whenFree(tab: string, then: () => void): void {
  void locksHere()
    ?.request(lockOf(tab), then)
    .catch(() => undefined);
}
