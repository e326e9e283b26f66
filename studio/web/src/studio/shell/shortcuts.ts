/** Every shortcut of the studio, once: the key handler and the sheet both read this list. */

import type { KeyboardEvent as ReactKeyboardEvent } from "react";
import { shortcutStrings } from "../../strings/en/canvas";

export const SHORTCUTS = [
  { id: "undo", keys: ["Ctrl+Z"], place: "everywhere" },
  { id: "redo", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], place: "everywhere" },
  { id: "search", keys: ["Ctrl+K"], place: "everywhere" },
  { id: "save", keys: ["Ctrl+S"], place: "everywhere" },
  { id: "try", keys: ["Ctrl+Enter"], place: "everywhere" },
  { id: "help", keys: ["?"], place: "everywhere" },
  { id: "copy", keys: ["Ctrl+C"], place: "canvas" },
  { id: "cut", keys: ["Ctrl+X"], place: "canvas" },
  { id: "paste", keys: ["Ctrl+V"], place: "canvas" },
  { id: "duplicate", keys: ["Ctrl+D"], place: "canvas" },
  { id: "all", keys: ["Ctrl+A"], place: "canvas" },
  { id: "delete", keys: ["Delete", "Backspace"], place: "canvas" },
  { id: "rename", keys: ["F2"], place: "canvas" },
  { id: "fit", keys: ["1"], place: "canvas" },
  { id: "tidy", keys: ["T"], place: "canvas" },
  { id: "add", keys: ["A"], place: "canvas" },
  { id: "connect", keys: ["C"], place: "canvas" },
  { id: "form", keys: ["Enter"], place: "canvas" },
  { id: "comment", keys: ["M"], place: "canvas" },
  { id: "menu", keys: ["Shift+F10", "Menu"], place: "canvas" },
  { id: "walk", keys: ["↑", "↓", "←", "→"], place: "canvas" },
  { id: "nudge", keys: ["Alt+↑", "Alt+↓", "Alt+←", "Alt+→"], place: "canvas" },
  { id: "clear", keys: ["Escape"], place: "canvas" },
  { id: "pan", keys: ["Space"], place: "mouse" },
  { id: "zoom", keys: ["Ctrl+Wheel"], place: "mouse" },
  { id: "free", keys: ["Alt"], place: "mouse" },
  { id: "many", keys: ["Shift"], place: "mouse" },
] as const;

export type ShortcutId = (typeof SHORTCUTS)[number]["id"];

/** The name of a pressed key, as the list writes it. Ctrl and Command are the same; Shift+z arrives as `Z`. */
export function chordOf(event: KeyboardEvent | ReactKeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey;
  const letter = event.key.length === 1 && event.key !== "?" ? event.key.toUpperCase() : event.key;
  const names: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", ContextMenu: "Menu" };
  const key = names[letter] ?? letter;
  const hasShift = event.shiftKey && (control || key.length > 1) && key !== "?";
  return `${control ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${hasShift ? "Shift+" : ""}${key}`;
}

export function shortcutOf(event: KeyboardEvent | ReactKeyboardEvent): ShortcutId | null {
  const chord = chordOf(event);
  const found = SHORTCUTS.find((shortcut) => shortcut.place !== "mouse" && (shortcut.keys as readonly string[]).includes(chord));
  return found?.id ?? null;
}

export function wordsFor(id: ShortcutId): string {
  return shortcutStrings.actions[id];
}
