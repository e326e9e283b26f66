/** The list beside a form: search, filters, rows that the arrow keys walk through. */

import { Search, SearchX } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { contentStrings } from "../../strings/en/content";
import { Empty } from "../ui/Bits";
import { Button } from "../ui/Button";
import { TextInput } from "../ui/Field";
import { useRows } from "../ui/useRows";

export interface ListRow {
  readonly id: string;
  readonly summary: string;
  readonly badges?: ReactNode;
}

export interface ListFilter {
  readonly id: string;
  readonly label: string;
  readonly count: number;
}

interface ListPaneProps {
  what: string;
  hint: string;
  rows: readonly ListRow[];
  total: number;
  chosen: string | null;
  onChoose: (id: string) => void;
  typed: string;
  onTyped: (typed: string) => void;
  filters: readonly ListFilter[];
  filter: string;
  onFilter: (filter: string) => void;
  actions?: ReactNode;
  /** Shown where there is nothing at all. */
  empty: ReactNode;
}

const ROW_HEIGHT = 56;
const CHIP =
  "h-7 rounded-md px-2 text-xs text-soft hover:bg-sunken hover:text-ink aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent-strong";

export function ListPane(props: ListPaneProps) {
  const { what, hint, rows, total, chosen, onChoose, typed, onTyped, filters, filter, onFilter } = props;
  if (total === 0) return <>{props.empty}</>;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-col gap-2 border-b p-3">
        <p className="text-xs text-soft">{hint}</p>
        <div className="flex gap-2">
          <div className="relative min-w-0 flex-1">
            <Search className="pointer-events-none absolute top-2 left-2 size-4 text-soft" aria-hidden="true" />
            <TextInput aria-label={contentStrings.filter(what)} placeholder={contentStrings.filter(what)} value={typed} onChange={onTyped} className="pl-8" data-testid="filter-content" />
          </div>
          {props.actions}
        </div>
        <div className="flex flex-wrap items-center gap-1">
          {filters.length > 1 &&
            filters.map((each) => (
              <button key={each.id} type="button" aria-pressed={each.id === filter} onClick={() => onFilter(each.id)} className={CHIP} data-testid={`filter-${each.id}`}>
                {each.id === "all" ? each.label : `${each.label} · ${each.count}`}
              </button>
            ))}
          <span className="ml-auto text-xs text-soft" role="status">
            {contentStrings.count(rows.length, total)}
          </span>
        </div>
      </div>
      {rows.length === 0 ? (
        <Empty icon={SearchX} title={contentStrings.noMatch.title} hint={contentStrings.noMatch.hint}>
          <Button
            onClick={() => {
              onTyped("");
              onFilter("all");
            }}
          >
            {contentStrings.noMatch.clear}
          </Button>
        </Empty>
      ) : (
        <List what={what} rows={rows} chosen={chosen} onChoose={onChoose} />
      )}
    </div>
  );
}

function List({ what, rows, chosen, onChoose }: Pick<ListPaneProps, "what" | "rows" | "chosen" | "onChoose">) {
  const list = useRef<HTMLUListElement>(null);
  const at = rows.findIndex((row) => row.id === chosen);
  const drawn = useRows({ root: list, count: rows.length, keyOf: (index) => rows[index]?.id ?? "", estimate: () => ROW_HEIGHT, kept: [at] });
  // What a search or a link leads to may be far down.
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const walk = (event: KeyboardEvent): void => {
    const row = document.activeElement?.closest<HTMLElement>("[data-index]");
    const from = row === null || row === undefined ? -1 : Number(row.dataset.index);
    const next = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = Math.min(Math.max(next, 0), rows.length - 1);
    flushSync(() => drawn.keep(to)); // it may not be there yet
    list.current?.querySelector<HTMLElement>(`[data-index="${to}"] button`)?.focus();
  };
  return (
    <ul ref={list} className="scroller min-h-0 flex-1 p-2" onKeyDown={walk} onFocus={drawn.onFocus} aria-label={what}>
      {drawn.pieces.map((piece) => {
        const row = piece.kind === "gap" ? undefined : rows[piece.index];
        if (piece.kind === "gap" || row === undefined) return <li key={piece.key} aria-hidden="true" style={{ height: piece.kind === "gap" ? piece.height : 0 }} />;
        return (
          <li key={piece.key} ref={drawn.measure} data-index={piece.index} aria-setsize={rows.length} aria-posinset={piece.index + 1}>
            <Row row={row} isChosen={row.id === chosen} onChoose={onChoose} />
          </li>
        );
      })}
    </ul>
  );
}

function Row({ row, isChosen, onChoose }: { row: ListRow; isChosen: boolean; onChoose: (id: string) => void }) {
  return (
    <button
      type="button"
      aria-current={isChosen}
      onClick={() => onChoose(row.id)}
      data-testid={`entry-${row.id}`}
      className="flex w-full flex-col gap-1 rounded-md px-3 py-2 text-left hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=true]:bg-accent-wash"
    >
      <span className="flex w-full items-center gap-2">
        <span className="min-w-0 flex-1 truncate text-sm font-medium" title={row.id}>
          {row.id}
        </span>
        {row.badges}
      </span>
      {row.summary !== "" && <span className="w-full truncate text-xs text-soft">{row.summary}</span>}
    </button>
  );
}
