/** A condition that a person is making, from the first change until its text has been written and read back. Pure. */

import type { ConditionTree } from "../api/types";

export interface Made {
  readonly tree: ConditionTree;
  /** Its text; null while the server writes it. */
  readonly written: string | null;
  /** Every text that the condition had since the first change: any other one comes from somebody else. */
  readonly texts: readonly string[];
}

/** A further change is made of what is shown, not of the text, which may be behind. */
export function made(now: Made | null, tree: ConditionTree, text: string): Made {
  return { tree, written: null, texts: now?.texts ?? [text] };
}

export function wrote(now: Made | null, text: string): Made | null {
  return now === null ? null : { ...now, written: text, texts: [...now.texts, text] };
}

/** Null once the text says it, or once somebody else has written something else; before, what the person made. */
export function settled(now: Made | null, text: string, isRead: boolean): Made | null {
  if (now === null || !now.texts.includes(text)) return null;
  return now.written === text && isRead ? null : now;
}
