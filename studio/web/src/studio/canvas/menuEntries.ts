/** What the menu of the right mouse button offers for a step, a line or the canvas. Free of React. */

import { canvasStrings } from "../../strings/en/canvas";
import { START } from "../api/types";
import type { ShortcutId } from "../shell/shortcuts";
import type { MenuSubject } from "./canvasUi";
import { canRun } from "./stepKeys";

const words = canvasStrings.menu;

/** A key of the canvas, or `open`: the flow that a step links to. */
export type EntryId = ShortcutId | "open";

export interface Entry {
  readonly id: EntryId;
  readonly label: string;
  readonly isDisabled: boolean;
}

interface Situation {
  readonly isReadOnly: boolean;
  /** The selected step opens another flow. */
  readonly opens: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

const STEP: readonly (EntryId | null)[] = ["form", "open", "comment", null, "add", "connect", "rename", null, "cut", "copy", "paste", "duplicate", null, "delete"];
const BEGINNING: readonly (EntryId | null)[] = ["add", "paste", null, "comment"];
const EDGE: readonly (EntryId | null)[] = ["form", null, "add", "paste", null, "delete"];
const FLOW: readonly (EntryId | null)[] = ["add", "paste", null, "all", "tidy", "fit", null, "undo", "redo", null, "comment"];

/** null: a line between entries. */
export function menuEntries(subject: MenuSubject, situation: Situation): readonly (Entry | null)[] {
  const key = subject.kind === "step" ? subject.key : null;
  const ids = subject.kind === "edge" ? EDGE : subject.kind === "flow" ? FLOW : key === START ? BEGINNING : STEP;
  const shown = ids.filter((id) => id !== "open" || situation.opens);
  return shown.map((id) => (id === null ? null : { id, label: labelOf(id, subject), isDisabled: !isPossible(id, key, situation) }));
}

function isPossible(id: EntryId, key: string | null, situation: Situation): boolean {
  if (id === "open") return true;
  if (id === "undo") return situation.canUndo && !situation.isReadOnly;
  if (id === "redo") return situation.canRedo && !situation.isReadOnly;
  return canRun(id, key, situation);
}

function labelOf(id: EntryId, subject: MenuSubject): string {
  if (subject.kind === "edge") {
    if (id === "form") return canvasStrings.edge.condition;
    if (id === "add") return canvasStrings.edge.insert;
    if (id === "delete") return canvasStrings.labels.disconnect;
  }
  if (subject.kind === "step" && id === "add") return words.addAfter;
  return words[id as keyof typeof words];
}
