/** The list beside a form: search, filters, rows that the arrow keys walk through. */

import { Search, SearchX } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import { Empty } from "../ui/Bits";
import { Button } from "../ui/Button";
import { TextInput } from "../ui/Field";

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

const STEP = 200;
const CHIP =
  "h-7 rounded-md px-2 text-xs text-soft hover:bg-sunken hover:text-ink aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent-strong";

export function ListPane(props: ListPaneProps) {
  const { what, hint, rows, total, chosen, onChoose, typed, onTyped, filters, filter, onFilter } = props;
  const [most, setMost] = useState(STEP);
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
        <ul className="scroller min-h-0 flex-1 p-2" onKeyDown={walk} aria-label={what}>
          {rows.slice(0, most).map((row) => (
            <Row key={row.id} row={row} isChosen={row.id === chosen} onChoose={onChoose} />
          ))}
          {rows.length > most && (
            <li className="p-2 text-center">
              <Button onClick={() => setMost(most + STEP)}>{contentStrings.more(Math.min(STEP, rows.length - most))}</Button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function Row({ row, isChosen, onChoose }: { row: ListRow; isChosen: boolean; onChoose: (id: string) => void }) {
  return (
    <li>
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
    </li>
  );
}

/** Arrows, Home and End move the focus from row to row. */
function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("li > button")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}
