/** Latency of a turn: its parts in order, with nothing hidden, so that they always add up to the gap shown. */

import { PART_NAMES, type PartName } from "./events";

/** `other` is what the named parts leave unexplained of the gap. */
export type ShownPart = PartName | "other";

export interface Part {
  readonly name: ShownPart;
  readonly ms: number;
  /** Share of the bar, 0 to 1. A negative part has none. */
  readonly share: number;
}

/** Put the parts of a gap in order and account for every millisecond of it. */
export function accountFor(gapMs: number, parts: Readonly<Record<string, number>>): Part[] {
  const known = PART_NAMES.map((name) => ({ name: name as ShownPart, ms: Math.round(parts[name] ?? 0) }));
  const rest = Math.round(gapMs) - known.reduce((sum, part) => sum + part.ms, 0);
  const all = rest === 0 ? known : [...known, { name: "other" as ShownPart, ms: rest }];
  const drawn = all.reduce((sum, part) => sum + Math.max(0, part.ms), 0);
  return all.map((part) => ({ ...part, share: drawn === 0 ? 0 : Math.max(0, part.ms) / drawn }));
}

/** The middle one of the gaps (mean of the middle two), or null when there is none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
