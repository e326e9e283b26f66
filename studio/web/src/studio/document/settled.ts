/** Waits until a document has said where it stands with what was done: saved, or kept and why. */

import type { DocumentState, DocumentStore } from "./documentStore";
import { useUnsent } from "./unsent";

const isSettled = ({ save, queue }: DocumentState): boolean => save !== "saving" && (save !== "saved" || queue.length === 0) && useUnsent.getState().count === 0;

export function settled(store: DocumentStore): Promise<DocumentState> {
  return new Promise((resolve) => {
    const ends: (() => void)[] = [];
    const look = (): void => {
      const state = store.getState();
      if (!isSettled(state)) return;
      for (const end of ends.splice(0)) end();
      resolve(state);
    };
    ends.push(store.subscribe(look), useUnsent.subscribe(look));
    look();
  });
}
