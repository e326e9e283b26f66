/** A flow as an indented list that reads from top to bottom: every step once, jumps where it is reached again. Free of React. */

import { END, type Edge, type Flow, START } from "../api/types";
import { outgoingOf } from "../canvas/graph";

export interface OutlineRow {
  /** Its own name in the tree: a step's key, or the edge that jumps. */
  readonly id: string;
  readonly key: string | null;
  readonly level: number;
  /** The way that leads here. */
  readonly edge: Edge | null;
  /** It leads to a step that stands elsewhere, or to the end. */
  readonly jump: string | null;
}

/** Where a row is among those beside it, which a screen reader tells though not all of them are drawn. */
export interface RowPlace {
  readonly "aria-posinset": number;
  readonly "aria-setsize": number;
}

const PLAIN_END = "END";

export function outlineRows(flow: Flow): readonly OutlineRow[] {
  const rows: OutlineRow[] = [];
  const seen = new Set<string>();
  const walk = (key: string, level: number, edge: Edge | null): void => {
    seen.add(key);
    rows.push({ id: key, key, level, edge, jump: null });
    const ways = outgoingOf(flow, key);
    for (const way of ways) {
      const isBranch = way.kind !== "next";
      const depth = isBranch ? level + 1 : level;
      const { to } = way;
      if (to === null || to === END || seen.has(to)) {
        if (isBranch || (to !== END && !way.is_implicit)) {
          rows.push({ id: `${way.from}|${way.kind}|${way.index}`, key: null, level: depth, edge: way, jump: to ?? way.to_id ?? PLAIN_END });
        }
      } else walk(to, depth, way);
    }
  };
  const first = flow.edges.find((edge) => edge.from === START)?.to;
  if (first !== undefined && first !== null && first !== END) walk(first, 1, null);
  // What nothing leads to is listed too: it must not get lost.
  for (const step of flow.steps) if (!seen.has(step.key)) walk(step.key, 1, null);
  return rows;
}

export function placesOf(rows: readonly OutlineRow[]): readonly RowPlace[] {
  /** For each level that is open, the rows that stand beside each other there. */
  const open: { count: number }[] = [];
  const placed = rows.map(({ level }) => {
    open.length = Math.min(open.length, level);
    const beside = (open[level - 1] ??= { count: 0 });
    beside.count += 1;
    return { beside, at: beside.count };
  });
  return placed.map(({ beside, at }) => ({ "aria-posinset": at, "aria-setsize": beside.count }));
}
