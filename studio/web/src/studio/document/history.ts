/** What can be undone and done again: one entry a gesture, at most 100 of them. */

import type { Command, Edited } from "../api/types";
import type { Gesture } from "./documentStore";
import { applied } from "./optimistic";

export const MOST_ENTRIES = 100;

/** What is selected on the canvas: steps of a flow, or one of its edges. */
export interface Selection {
  readonly flow: string | null;
  readonly keys: readonly string[];
  readonly edge: { readonly from: string; readonly kind: "next" | "if" | "else"; readonly index: number } | null;
}

export const NOTHING_SELECTED: Selection = { flow: null, keys: [], edge: null };

export interface Entry {
  readonly label: string;
  /** What takes the gesture back (in `past`), or does it again (in `future`). */
  readonly commands: readonly Command[];
  readonly before: Selection;
  readonly after: Selection;
}

export interface History {
  readonly past: readonly Entry[];
  readonly future: readonly Entry[];
}

export const NO_HISTORY: History = { past: [], future: [] };

/** A gesture was made: what was undone before it cannot be done again. */
export function recorded(history: History, entry: Entry): History {
  return { past: [...history.past, entry].slice(-MOST_ENTRIES), future: [] };
}

/** The last gesture was undone; `redo` does it again. */
export function undone(history: History, redo: readonly Command[]): History {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return { past: history.past.slice(0, -1), future: [...history.future, { ...last, commands: redo }] };
}

/** The last undone gesture was made again; `undo` takes it back. */
export function redone(history: History, undo: readonly Command[]): History {
  const last = history.future.at(-1);
  if (last === undefined) return history;
  return {
    past: [...history.past, { ...last, commands: undo }].slice(-MOST_ENTRIES),
    future: history.future.slice(0, -1),
  };
}

/** The history once a gesture was answered: `back` takes it back. */
export function historyAfter(history: History, gesture: Gesture, back: readonly Command[]): History {
  if (gesture.kind === "undo") return undone(history, back);
  if (gesture.kind === "redo") return redone(history, back);
  if (back.length === 0) return history;
  return recorded(history, { label: gesture.label, commands: back, before: gesture.before, after: gesture.after });
}

/** What is selected, under the names that it has now; what waits to be sent counts as done. */
export function movedSelection(selection: Selection, edited: Edited, waiting: readonly Command[]): Selection {
  const keys = selection.flow === null ? undefined : edited.moved[selection.flow];
  const flow = edited.flows.find((each) => each.id === selection.flow);
  const followed = selection.keys.map((key) => keys?.[key] ?? key);
  if (flow === undefined) return keys === undefined ? selection : { ...selection, keys: followed };
  const shown = waiting.reduce(applied, flow);
  const known = new Set(shown.steps.map((step) => step.key));
  return { ...selection, keys: followed.filter((key) => known.has(key) || key === "START") };
}
