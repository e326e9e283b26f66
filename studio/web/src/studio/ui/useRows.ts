/** Which rows of a long list are drawn: those in sight, some around them, and those that must not go away.
 *
 *  A short list is drawn whole. Of a long one gaps of the right height stand for the rest, so that the list scrolls as if
 *  all of it were there. Whoever draws it puts `data-index` and `ref={measure}` on each row.
 */

import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type FocusEvent, type RefObject, useLayoutEffect, useState } from "react";

/** A list of so many rows is drawn whole: then the browser's own search finds everything in it. */
export const MOST_WHOLE = 100;
const AROUND = 12;
const FIRST_SIGHT = { width: 0, height: 800 };

export type Piece = { readonly kind: "row"; readonly key: string; readonly index: number } | { readonly kind: "gap"; readonly key: string; readonly height: number };

export interface Rows {
  readonly isWhole: boolean;
  readonly pieces: readonly Piece[];
  readonly measure: ((row: Element | null) => void) | undefined;
  /** For the element around the rows: the row that has the keyboard stays drawn. */
  readonly onFocus: (event: FocusEvent) => void;
  /** Have a row drawn, wherever the list is scrolled to, until another is asked for. */
  readonly keep: (index: number) => void;
}

interface Options {
  /** The element around the rows; what scrolls is this, or the next scroller above. */
  root: RefObject<HTMLElement | null>;
  count: number;
  keyOf: (index: number) => string;
  /** How high a row is in pixels, about, until it was seen. */
  estimate: (index: number) => number;
  /** Rows that are drawn wherever the list is scrolled to. */
  kept?: readonly number[];
}

export function useRows({ root, count, keyOf, estimate, kept = [] }: Options): Rows {
  const isWhole = count <= MOST_WHOLE;
  const [asked, setAsked] = useState(-1);
  const [margin, setMargin] = useState(0);
  const virtual = useVirtualizer<HTMLElement, Element>({
    count,
    enabled: !isWhole,
    getScrollElement: () => root.current?.closest<HTMLElement>(".scroller") ?? null,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan: AROUND,
    scrollMargin: margin,
    initialRect: FIRST_SIGHT,
    rangeExtractor: (range) => withKept(range, [...kept, asked]),
  });
  // What stands above the rows, such as a filter that wraps, decides where they begin.
  useLayoutEffect(() => {
    const scroller = root.current?.closest(".scroller");
    if (isWhole || root.current === null || scroller === null || scroller === undefined || scroller === root.current) return;
    setMargin(Math.round(root.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop));
  });
  return {
    isWhole,
    pieces: isWhole ? whole(count, keyOf) : pieced(virtual.getVirtualItems(), margin, virtual.getTotalSize()),
    measure: isWhole ? undefined : virtual.measureElement,
    onFocus: (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (!isWhole && row !== null) setAsked(Number(row.dataset.index));
    },
    keep: setAsked,
  };
}

function whole(count: number, keyOf: (index: number) => string): readonly Piece[] {
  return Array.from({ length: count }, (_, index) => ({ kind: "row", key: keyOf(index), index }));
}

interface Drawn {
  readonly index: number;
  readonly key: string | number | bigint;
  readonly start: number;
  readonly end: number;
}

/** Rows in order, with a gap wherever some are left out. */
export function pieced(drawn: readonly Drawn[], margin: number, total: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = margin;
  const leave = (start: number): void => {
    if (start > end) pieces.push({ kind: "gap", key: `gap ${pieces.length}`, height: start - end });
  };
  for (const row of drawn) {
    leave(row.start);
    pieces.push({ kind: "row", key: String(row.key), index: row.index });
    end = row.end;
  }
  leave(margin + total);
  return pieces;
}

export function withKept(range: Range, kept: readonly number[]): number[] {
  const shown = defaultRangeExtractor(range);
  const more = kept.filter((index) => index >= 0 && index < range.count);
  return [...new Set([...shown, ...more])].sort((one, other) => one - other);
}
