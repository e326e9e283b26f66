/** Gestures that were not sent yet, kept for a reload of the page. Each tab keeps its own. */

import { newName } from "../api/pageId";
import type { Gesture } from "./documentStore";
import type { Entry, History } from "./history";
import { NO_BASE } from "./sending";
import type { Tab } from "./tab";

const prefixOf = (project: string): string => `vivavoce.studio.unsent.${project}.`;

/** Keep what waits; false where it lives only as long as the page: storage is full, or switched off. */
export function keepQueue(storage: Storage | null, project: string, tab: string, queue: readonly Gesture[]): boolean {
  const key = prefixOf(project) + tab;
  try {
    if (queue.length === 0) storage?.removeItem(key);
    else storage?.setItem(key, JSON.stringify(queue));
  } catch {
    return queue.length === 0;
  }
  return storage !== null || queue.length === 0;
}

function keptQueue(storage: Storage | null, project: string, tab: string): readonly Gesture[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(prefixOf(project) + tab) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isGesture).map((gesture) => ({ ...gesture, name: gesture.name ?? newName(), base: gesture.base ?? NO_BASE })) : [];
  } catch {
    return [];
  }
}

/** Other versions of this page may have kept something else. */
function isGesture(kept: unknown): kept is Gesture {
  const { kind, commands, before, after } = (kept ?? {}) as Partial<Gesture>;
  return ["edit", "undo", "redo"].includes(kind ?? "") && Array.isArray(commands) && typeof before === "object" && typeof after === "object";
}

/** What waits, so that it can be sent by a page that knows no history: undoing something that was saved becomes an edit. */
export function keptOf(queue: readonly Gesture[], history: History): readonly Gesture[] {
  const past: Entry[] = [...history.past];
  const future: Entry[] = [...history.future];
  const kept: Gesture[] = [];
  let standing = 0;
  let undone = 0;
  for (const gesture of queue) {
    if (gesture.kind === "edit") standing += 1;
    else if (gesture.kind === "undo" && standing > 0) [standing, undone] = [standing - 1, undone + 1];
    else if (gesture.kind === "redo" && undone > 0) [standing, undone] = [standing + 1, undone - 1];
    else {
      const entry = (gesture.kind === "undo" ? past : future).pop();
      if (entry !== undefined) kept.push({ ...gesture, kind: "edit", commands: entry.commands });
      continue;
    }
    kept.push(gesture);
  }
  return kept;
}

/** What this tab has kept, and what tabs left that were closed before all was sent. From now on it is this tab's. */
export async function takenQueue(storage: Storage | null, project: string, tab: Tab | null): Promise<readonly Gesture[]> {
  const own = tab?.id ?? "";
  let queue = keptQueue(storage, project, own);
  for (const other of tabsThatKeep(storage, project)) {
    if (other === own) continue;
    await tab?.inherit(other, () => {
      queue = [...queue, ...keptQueue(storage, project, other)];
      keepQueue(storage, project, own, queue);
      keepQueue(storage, project, other, []);
    });
  }
  return queue;
}

function tabsThatKeep(storage: Storage | null, project: string): readonly string[] {
  const prefix = prefixOf(project);
  const found: string[] = [];
  try {
    for (let index = 0; index < (storage?.length ?? 0); index += 1) {
      const key = storage?.key(index) ?? "";
      if (key.startsWith(prefix) && !key.slice(prefix.length).includes(".")) found.push(key.slice(prefix.length));
    }
  } catch {
    return [];
  }
  return found;
}
