/** Short messages at the foot of the page. A store of our own: the known libraries put inline styles into the page. */

import { create } from "zustand";

export interface Toast {
  readonly id: number;
  readonly kind: "info" | "success" | "error";
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Toasts {
  readonly shown: readonly Toast[];
  /** The dialogs that are open, the topmost last: what lies outside of it cannot be clicked. */
  readonly dialogs: readonly HTMLElement[];
  show(toast: Omit<Toast, "id">): void;
  dismiss(id: number): void;
}

const STAYS_MS = 6_000;
const MOST = 4;
let number = 0;

export const useToasts = create<Toasts>()((set, get) => ({
  shown: [],
  dialogs: [],
  show(toast) {
    number += 1;
    const id = number;
    const same = get().shown.filter((each) => each.text !== toast.text);
    set({ shown: [...same, { ...toast, id }].slice(-MOST) });
    // What went wrong stays until it is put away.
    if (toast.kind !== "error") setTimeout(() => get().dismiss(id), STAYS_MS);
  },
  dismiss(id) {
    set({ shown: get().shown.filter((each) => each.id !== id) });
  },
}));

/** Show messages within a dialog that was opened, until what is returned is called. */
export function showToastsWithin(dialog: HTMLElement): () => void {
  const put = (dialogs: (now: readonly HTMLElement[]) => readonly HTMLElement[]): void => useToasts.setState((state) => ({ dialogs: dialogs(state.dialogs) }));
  put((now) => [...now, dialog]);
  return () => put((now) => now.filter((each) => each !== dialog));
}

export const toast = {
  info: (text: string, action?: Toast["action"]): void => show("info", text, action),
  success: (text: string, action?: Toast["action"]): void => show("success", text, action),
  error: (text: string, action?: Toast["action"]): void => show("error", text, action),
  /** What a message told of is over. */
  over(text: string): void {
    for (const each of useToasts.getState().shown) if (each.text === text) useToasts.getState().dismiss(each.id);
  },
};

function show(kind: Toast["kind"], text: string, action: Toast["action"]): void {
  useToasts.getState().show(action === undefined ? { kind, text } : { kind, text, action });
}
