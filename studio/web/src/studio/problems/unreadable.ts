/** What is said of an entry whose file cannot be read just now. Pure. */

import { problemStrings as words } from "../../strings/en/canvas";
import type { Named, Unreadable } from "../api/types";

export interface Shown {
  readonly unreadable?: Unreadable | null | undefined;
}

export function isUnreadable({ unreadable }: Shown): boolean {
  return unreadable !== undefined && unreadable !== null;
}

/** An entry among the choices of a field; that its file cannot be read goes before what else is said of it. */
export function optionOf(entry: Named, hint?: string | null): { value: string; hint?: string } {
  const said = isUnreadable(entry) ? words.unreadableBadge : hint;
  return said === undefined || said === null ? { value: entry.name } : { value: entry.name, hint: said };
}
