/** What goes on at the canvas just now: a line being drawn, a menu open, a step being renamed. Not part of the document. */

import { create } from "zustand";
import type { EdgeAt, Point } from "../api/types";

export interface AddAsked {
  /** The way on that the new step goes onto; null: it stands by itself. */
  readonly at: EdgeAt | null;
  /** Where on the canvas it should stand, where the person said so by dropping there. */
  readonly point: Point | null;
  /** Where on the screen the menu opens. */
  readonly screen: Point;
  /** Leads there by a branch that does not exist yet. */
  readonly isNewBranch: boolean;
}

export type MenuSubject = { readonly kind: "step"; readonly key: string } | { readonly kind: "edge"; readonly at: EdgeAt } | { readonly kind: "flow" };

export interface MenuAsked {
  readonly subject: MenuSubject;
  readonly screen: Point;
  /** Opened by a key: the first entry has the keyboard. */
  readonly isByKeys: boolean;
}

interface CanvasUi {
  readonly connecting: EdgeAt | null;
  readonly hovered: string | null;
  readonly adding: AddAsked | null;
  /** The menu of the right mouse button. */
  readonly menu: MenuAsked | null;
  /** The step whose "Connect to…" is open. */
  readonly connectFrom: string | null;
  readonly renaming: string | null;
  readonly pulsing: string | null;
  /** Counts up with every tidying, so that the view can follow. */
  readonly tidied: number;
  setConnecting(at: EdgeAt | null): void;
  setHovered(key: string | null): void;
  ask(adding: AddAsked | null): void;
  askMenu(menu: MenuAsked | null): void;
  setConnectFrom(key: string | null): void;
  setRenaming(key: string | null): void;
  pulse(key: string | null): void;
  tellTidied(): void;
}

export const useCanvasUi = create<CanvasUi>()((set, get) => ({
  connecting: null,
  hovered: null,
  adding: null,
  menu: null,
  connectFrom: null,
  renaming: null,
  pulsing: null,
  tidied: 0,
  setConnecting: (connecting) => set({ connecting, hovered: null }),
  setHovered: (hovered) => set({ hovered }),
  ask: (adding) => set({ adding }),
  askMenu: (menu) => set({ menu }),
  setConnectFrom: (connectFrom) => set({ connectFrom }),
  setRenaming: (renaming) => set({ renaming }),
  pulse: (pulsing) => set({ pulsing }),
  tellTidied: () => set({ tidied: get().tidied + 1 }),
}));
