/** Gestures that were not sent yet, kept for a reload of the page. Each tab keeps its own. */

import type { Gesture } from "./documentStore";
import type { Tab } from "./tab";

const prefixOf = (project: string): string => `vivavoce.studio.unsent.${project}.`;

export function keepQueue(storage: Storage | null, project: string, tab: string, queue: readonly Gesture[]): void {
  const key = prefixOf(project) + tab;
  try {
    if (queue.length === 0) storage?.removeItem(key);
    else storage?.setItem(key, JSON.stringify(queue.filter((gesture) => gesture.kind === "edit")));
  } catch {
    // Storage is full or switched off: the queue lives as long as the page.
  }
}

function keptQueue(storage: Storage | null, project: string, tab: string): readonly Gesture[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(prefixOf(project) + tab) ?? "[]");
    return Array.isArray(kept) ? (kept as Gesture[]) : [];
  } catch {
    return [];
  }
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
