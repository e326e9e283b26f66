/** Publishing, committing and training take what the server has: so everything is sent first, or it is said why not. */

import { versionStrings as words } from "../../strings/en/versions";
import type { DocumentStore } from "../document/documentStore";
import { settled } from "../document/settled";

/** Return once everything is saved. Throws, with words for the person, where it cannot be just now. */
export async function requireSaved(store: DocumentStore): Promise<void> {
  store.getState().sendAgain();
  const { save, queue } = await settled(store);
  if (save === "saved") return;
  throw new Error(save === "conflict" ? words.conflictFirst : words.unsavedFirst(queue.length));
}
