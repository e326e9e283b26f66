/** What is open around the pages: the search, the sheet of shortcuts, the side panels. Kept for the next visit. */

import { create } from "zustand";

export type SidePane = "none" | "yaml" | "outline";

interface Shell {
  readonly isSearchOpen: boolean;
  readonly isShortcutsOpen: boolean;
  /** The try-it panel at the right of every page of a project. */
  readonly isTryOpen: boolean;
  /** What stands beside the canvas. */
  readonly pane: SidePane;
  readonly isProblemsOpen: boolean;
  /** Read by a screen reader as soon as it changes. */
  readonly announcement: string;
  setSearchOpen(isOpen: boolean): void;
  setShortcutsOpen(isOpen: boolean): void;
  setTryOpen(isOpen: boolean): void;
  setPane(pane: SidePane): void;
  setProblemsOpen(isOpen: boolean): void;
  announce(words: string): void;
}

const KEY = "vivavoce.studio.panes";

function kept(): { pane: SidePane; isProblemsOpen: boolean } {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "{}") as { pane?: SidePane; isProblemsOpen?: boolean };
    const pane = read.pane === "yaml" || read.pane === "outline" ? read.pane : "none";
    return { pane, isProblemsOpen: read.isProblemsOpen === true };
  } catch {
    return { pane: "none", isProblemsOpen: false };
  }
}

export const useShell = create<Shell>()((set, get) => {
  const keep = (): void => {
    const { pane, isProblemsOpen } = get();
    try {
      localStorage.setItem(KEY, JSON.stringify({ pane, isProblemsOpen }));
    } catch {
      // Storage is switched off: the panes are as at the first visit next time.
    }
  };
  return {
    isSearchOpen: false,
    isShortcutsOpen: false,
    isTryOpen: false,
    ...kept(),
    announcement: "",
    setSearchOpen: (isSearchOpen) => set({ isSearchOpen }),
    setShortcutsOpen: (isShortcutsOpen) => set({ isShortcutsOpen }),
    setTryOpen: (isTryOpen) => set({ isTryOpen }),
    setPane: (pane) => {
      set({ pane });
      keep();
    },
    setProblemsOpen: (isProblemsOpen) => {
      set({ isProblemsOpen });
      keep();
    },
    // The same words twice are read twice.
    announce: (words) => set({ announcement: words === get().announcement ? `${words}\u00a0` : words }),
  };
});

/** Whether keys belong to a field that is being typed in. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const inner = target.shadowRoot?.activeElement ?? target;
  return inner instanceof HTMLElement && (inner.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(inner.tagName));
}
