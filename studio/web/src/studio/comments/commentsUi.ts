/** What goes on at the comments just now: which are asked for, and what is written and not sent. */

import { create } from "zustand";

interface CommentsUi {
  /** The thread list that was asked for and is not open yet. */
  readonly wanted: { readonly flow: string; readonly step: string | null } | null;
  /** The flow whose own comments are open, also where there is no room for the form of a flow. */
  readonly openFlow: string | null;
  /** By flow and step: a selection that changes loses nothing. */
  readonly drafts: Readonly<Record<string, string>>;
  ask(flow: string, step: string | null): void;
  taken(): void;
  close(): void;
  draft(place: string, text: string): void;
}

export const useCommentsUi = create<CommentsUi>()((set, get) => ({
  wanted: null,
  openFlow: null,
  drafts: {},
  ask: (flow, step) => set({ wanted: { flow, step }, openFlow: step === null ? flow : null }),
  taken: () => set({ wanted: null }),
  close: () => get().openFlow !== null && set({ openFlow: null }),
  draft: (place, text) => {
    const { [place]: _, ...others } = get().drafts;
    set({ drafts: text === "" ? others : { ...others, [place]: text } });
  },
}));
