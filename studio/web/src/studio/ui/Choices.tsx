/** The choices under a field that is typed in: the field keeps the keyboard, arrows, Home and End move through all of them. */

import { Check, Plus } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { uiStrings } from "../../strings/en/studio";
import type { Option } from "./Combobox";
import { ITEM } from "./itemLook";
import { useRows } from "./useRows";

const ROW_HEIGHT = 32;
const PAGE = 8;

/** The choice that a key leads to; null where the key is none of these. */
export function movedTo(key: string, at: number, count: number): number | null {
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: count - 1 }[key];
  return next === undefined || count === 0 ? null : Math.min(Math.max(next, 0), count - 1);
}

export function idOf(listId: string, at: number): string {
  return `${listId}-${at}`;
}

interface ChoicesProps {
  id: string;
  options: readonly Option[];
  /** What is new where it is chosen; the last of the choices. */
  created: string | null;
  value: string;
  at: number;
  onAt: (at: number) => void;
  onChoose: (at: number) => void;
  empty: ReactNode;
}

export function Choices({ id, options, created, value, at, onAt, onChoose, empty }: ChoicesProps) {
  const list = useRef<HTMLDivElement>(null);
  const count = options.length + (created === null ? 0 : 1);
  const rows = useRows({ root: list, count, keyOf: (index) => options[index]?.value ?? "create:", estimate: () => ROW_HEIGHT, kept: [at] });
  useEffect(() => {
    document.getElementById(idOf(id, at))?.scrollIntoView({ block: "nearest" });
  }, [id, at]);
  return (
    <div ref={list} id={id} role="listbox" aria-label={uiStrings.choices} className="scroller max-h-64 p-1">
      {count === 0 && empty}
      {rows.pieces.map((piece) => {
        if (piece.kind === "gap") return <div key={piece.key} role="presentation" style={{ height: piece.height }} />;
        const option = options[piece.index];
        return (
          <div
            key={piece.key}
            ref={rows.measure}
            id={idOf(id, piece.index)}
            role="option"
            aria-selected={piece.index === at}
            aria-setsize={count}
            aria-posinset={piece.index + 1}
            data-index={piece.index}
            data-selected={piece.index === at}
            className={ITEM}
            onPointerMove={() => piece.index !== at && onAt(piece.index)}
            onClick={() => onChoose(piece.index)}
          >
            {option === undefined ? <Created name={created ?? ""} /> : <Choice option={option} isChosen={option.value === value} />}
          </div>
        );
      })}
    </div>
  );
}

function Choice({ option, isChosen }: { option: Option; isChosen: boolean }) {
  return (
    <>
      <Check className={`size-4 shrink-0 ${isChosen ? "text-accent" : "invisible"}`} aria-hidden="true" />
      <span className="min-w-0 flex-1 truncate">{option.label ?? option.value}</span>
      {option.hint !== undefined && <span className="max-w-32 truncate text-xs text-soft">{option.hint}</span>}
    </>
  );
}

function Created({ name }: { name: string }) {
  return (
    <>
      <Plus className="size-4 shrink-0 text-accent" aria-hidden="true" />
      {uiStrings.create(name)}
    </>
  );
}

/** Whether a key belongs to what is being composed, as for Chinese or Japanese. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}
