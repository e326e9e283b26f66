/** Which tab of the browser this is, so that tabs do not touch each other's unsent gestures.
 *
 * A tab keeps its name over a reload, and holds a lock by that name while it is open: a name whose lock is free belongs
 * to a tab that was closed. A tab that was duplicated has a copy of the name, finds it taken, and gets one of its own.
 */

import { PAGE_ID } from "../api/pageId";

export interface Tab {
  readonly id: string;
  /** Do something with what a closed tab has left, while nobody else can; nothing is done if the tab is open. */
  inherit(id: string, take: () => void): Promise<void>;
}

const KEPT = "vivavoce.studio.tab";
const lockOf = (id: string): string => `${KEPT}.${id}`;

/** Pages that are not served safely have no locks: there a name is only as good as the tab's own storage. */
const locksHere = (): LockManager | null => ("locks" in navigator ? navigator.locks : null);

async function claimed(): Promise<Tab> {
  const locks = locksHere();
  const before = kept();
  const id = before !== null && (locks === null || (await isHeld(locks, before))) ? before : PAGE_ID;
  if (id === PAGE_ID && locks !== null) await isHeld(locks, id);
  keep(id);
  return {
    id,
    async inherit(other, take) {
      await locks?.request(lockOf(other), { ifAvailable: true }, (lock) => {
        if (lock !== null) take();
      });
    },
  };
}

/** Take a tab's lock for as long as the page lives; false if another page has it. */
function isHeld(locks: LockManager, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    };
    locks.request(lockOf(id), { ifAvailable: true }, hold).catch(() => resolve(false));
  });
}

function kept(): string | null {
  try {
    return window.sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(id: string): void {
  try {
    window.sessionStorage.setItem(KEPT, id);
  } catch {
    // Storage is switched off: then nothing unsent is kept either.
  }
}

/** What survives a reload; null where the browser keeps nothing for this server: there even asking for it throws. */
export function storageHere(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

let tab: Promise<Tab> | undefined;

export function thisTab(): Promise<Tab> {
  tab ??= claimed();
  return tab;
}
