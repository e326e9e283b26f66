/** The turns of a conversation, counted as the server counts them. Pure. */

import type { Entry, UserEntry } from "../../core/conversation";
import type { TurnTold } from "./tryApi";

/** The number of each of the caller's entries, by its key: 1 is the first thing that was said. */
export function numbered(entries: readonly Entry[]): ReadonlyMap<number, number> {
  const users = entries.filter((entry): entry is UserEntry => entry.kind === "user" && entry.understood !== null);
  return new Map(users.map((entry, index) => [entry.key, index + 1]));
}

/** What the server told of a turn: silences are no turns that are counted. */
export function toldOf(turns: readonly TurnTold[], number: number): TurnTold | null {
  return turns.filter((turn) => turn.text !== "")[number - 1] ?? null;
}

/** A name for a new file that is not taken, made of what a test is called. */
export function freeFile(name: string, taken: readonly string[]): string {
  const slug =
    name
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 40) || "conversation";
  const path = (number: number): string => `e2e_tests/studio_${slug}${number === 1 ? "" : `_${number}`}.yml`;
  for (let number = 1; ; number += 1) if (!taken.includes(path(number))) return path(number);
}

/** What was typed for a slot, as the value that is sent: its type decides. Null empties it. */
export function valueOf(type: string, typed: string): string | number | boolean | null {
  if (typed === "") return null;
  if (type === "bool") return typed === "true";
  if (type === "float" && typed.trim() !== "" && Number.isFinite(Number(typed))) return Number(typed);
  return typed;
}
