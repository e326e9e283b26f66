/** What a key does to the open flow: once for the canvas, the outline and the menu of the right mouse button. */

import { START } from "../api/types";
import type { ShortcutId } from "../shell/shortcuts";
import type { CanvasActions } from "./CanvasContext";

/** Those that change the flow: on one that cannot be changed they do nothing. */
const CHANGES = new Set<ShortcutId>(["duplicate", "delete", "rename", "tidy", "add", "connect", "cut", "paste"]);

/** Whether it does anything. `key`: the step it is about, null where none is selected. */
export function canRun(id: ShortcutId, key: string | null, actions: Pick<CanvasActions, "isReadOnly">): boolean {
  if (actions.isReadOnly && CHANGES.has(id)) return false;
  if (id === "rename") return key !== null && key !== START;
  return id === "connect" ? key !== null : true;
}

/** Do it; returns false for what is no key of the flow, so that it goes on to whoever wants it. */
export function run(id: ShortcutId, key: string | null, actions: CanvasActions): boolean {
  const gestures: Partial<Record<ShortcutId, () => void>> = {
    all: actions.selectAll,
    duplicate: actions.duplicate,
    delete: actions.remove,
    rename: () => key !== null && actions.askRename(key),
    tidy: actions.tidy,
    add: actions.askAdd,
    connect: () => key !== null && actions.askConnect(key),
    form: actions.openForm,
    comment: () => actions.openComments(key),
    clear: () => actions.select([]),
  };
  const gesture = gestures[id];
  if (gesture === undefined) return false;
  if (canRun(id, key, actions)) gesture();
  return true;
}
