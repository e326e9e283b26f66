/** The flow as a list, for reading and editing by keyboard: the same document as the canvas. */

import { CornerDownRight, FlaskConical, FlaskConicalOff, MessageSquare, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { canvasStrings, outlineStrings } from "../../strings/en/canvas";
import { commentStrings } from "../../strings/en/comments";
import { coverageStrings } from "../../strings/en/coverage";
import { uiStrings } from "../../strings/en/studio";
import { END, type Flow, START, type Step } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { edgeWords } from "../canvas/conditionWords";
import { useFocus } from "../canvas/focusStore";
import { useMarks } from "../canvas/marks";
import { run } from "../canvas/stepKeys";
import { lookOf } from "../canvas/stepLooks";
import { titleOf, wordsOf } from "../canvas/stepWords";
import { useResponseTexts } from "../canvas/useResponseTexts";
import { useDoc } from "../document/DocumentProvider";
import { isTyping, useShell } from "../shell/shellStore";
import { shortcutOf } from "../shell/shortcuts";
import { Badge } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import { useRows } from "../ui/useRows";
import { type OutlineRow, outlineRows, placesOf, type RowPlace } from "./tree";

const ROW_HEIGHT = 44;

export function OutlinePane({ flow }: { flow: Flow }) {
  const rows = useMemo(() => outlineRows(flow), [flow]);
  const places = useMemo(() => placesOf(rows), [rows]);
  const steps = useMemo(() => new Map(flow.steps.map((step) => [step.key, step])), [flow]);
  const selected = useDoc((state) => (state.selection.flow === flow.id ? (state.selection.keys.at(-1) ?? null) : null));
  const actions = useCanvasActions();
  const list = useRef<HTMLDivElement>(null);
  const choose = (key: string | null): void => {
    if (key === null) return;
    actions.select([key]);
    useFocus.getState().ask(flow.id, key, null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isTyping(event.target)) return;
    const stops = rows.flatMap((row) => (row.key === null ? [] : [row.key]));
    const at = selected === null ? -1 : stops.indexOf(selected);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      if (event.altKey && selected !== null) moveStep(flow, selected, by, actions.edit);
      else choose(stops[Math.min(stops.length - 1, Math.max(0, at + by))] ?? null);
      return;
    }
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      choose((event.key === "Home" ? stops[0] : stops.at(-1)) ?? null);
      return;
    }
    const id = shortcutOf(event);
    if (id !== null && run(id, selected, actions)) event.preventDefault();
  };
  // The keyboard stays with the row that is selected.
  useEffect(() => {
    if (list.current?.contains(document.activeElement) !== true || selected === null) return;
    list.current.querySelector<HTMLElement>(`[data-key="${CSS.escape(selected)}"]`)?.focus();
  }, [selected]);
  const entry = selected ?? rows.find((row) => row.key !== null)?.key ?? null;
  const kept = [rows.findIndex((row) => row.key !== null && row.key === entry)];
  const drawn = useRows({ root: list, count: rows.length, keyOf: (index) => rows[index]?.id ?? "", estimate: () => ROW_HEIGHT, kept });
  return (
    <>
      <header className="flex h-12 shrink-0 items-center justify-between border-b pr-2 pl-4">
        <h2 className="text-sm font-semibold">{outlineStrings.title}</h2>
        <IconButton icon={X} label={uiStrings.close} onClick={() => useShell.getState().setPane("none")} />
      </header>
      <p className="border-b px-4 py-2 text-xs text-soft" id="outline-help">
        {outlineStrings.help}
      </p>
      <div
        ref={list}
        role="tree"
        aria-label={outlineStrings.tree(flow.name)}
        aria-describedby="outline-help"
        className="scroller min-h-0 flex-1 p-2"
        data-testid="outline"
        tabIndex={entry === null ? 0 : -1}
        onKeyDown={onKeyDown}
        onFocus={drawn.onFocus}
      >
        {drawn.pieces.map((piece) => {
          if (piece.kind === "gap") return <div key={piece.key} role="presentation" style={{ height: piece.height }} />;
          const row = rows[piece.index];
          return row === undefined ? null : (
            <div key={piece.key} ref={drawn.measure} data-index={piece.index} role="presentation">
              <Row row={row} place={places[piece.index]} step={row.key === null ? undefined : steps.get(row.key)} steps={steps} isSelected={row.key !== null && row.key === selected} isEntry={row.key !== null && row.key === entry} onChoose={choose} />
            </div>
          );
        })}
      </div>
    </>
  );
}

interface RowProps {
  row: OutlineRow;
  place: RowPlace | undefined;
  step: Step | undefined;
  steps: ReadonlyMap<string, Step>;
  isSelected: boolean;
  isEntry: boolean;
  onChoose: (key: string | null) => void;
}

function Row({ row, place, step, steps, isSelected, isEntry, onChoose }: RowProps) {
  const responseText = useResponseTexts();
  const { comments, runs } = useMarks();
  const condition = row.edge === null ? "" : edgeWords(row.edge);
  const indent = { paddingLeft: 8 + (row.level - 1) * 16 };
  if (step === undefined) {
    const target = row.jump === null ? undefined : steps.get(row.jump);
    const name = target === undefined ? (row.jump === END ? canvasStrings.end : (row.jump ?? "")) : titleOf(target);
    return (
      <div role="treeitem" {...place} aria-level={row.level} aria-selected={false} className="flex min-h-8 items-center gap-2 py-1 pr-2 text-xs text-soft" style={indent}>
        <CornerDownRight className="size-3 shrink-0" aria-hidden="true" />
        <span className="min-w-0 truncate">
          {condition !== "" && <span>{`${condition}: `}</span>}
          {outlineStrings.jump(name)}
        </span>
      </div>
    );
  }
  const look = lookOf(step);
  return (
    <div
      role="treeitem"
      {...place}
      aria-level={row.level}
      aria-selected={isSelected}
      tabIndex={isEntry ? 0 : -1}
      data-key={step.key}
      data-testid={`outline-${step.key}`}
      onClick={() => onChoose(step.key)}
      onFocus={() => !isSelected && onChoose(step.key)}
      style={indent}
      className={`flex min-h-10 cursor-pointer items-center gap-2 rounded-sm py-1 pr-2 focus-visible:-outline-offset-2 ${isSelected ? "bg-accent-wash" : "hover:bg-sunken"}`}
    >
      <look.icon className="size-4 shrink-0 text-soft" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        {condition !== "" && <span className="block truncate text-xs text-accent-strong">{condition}</span>}
        <span className="block truncate text-sm font-medium">{titleOf(step)}</span>
        <span className="block truncate text-xs text-soft">{wordsOf(step, responseText)}</span>
      </span>
      <RowMarks open={comments.open.get(step.key) ?? 0} runs={runs === null ? null : (runs.get(step.key) ?? 0)} />
    </div>
  );
}

function RowMarks({ open, runs }: { open: number; runs: number | null }) {
  return (
    <>
      {runs !== null && (
        <Badge tone={runs === 0 ? "warning" : "plain"} icon={runs === 0 ? FlaskConicalOff : FlaskConical}>
          <span aria-hidden="true">{runs}</span>
          <span className="sr-only">{coverageStrings.stepRuns(runs)}</span>
        </Badge>
      )}
      {open > 0 && (
        <Badge tone="accent" icon={MessageSquare}>
          <span aria-hidden="true">{open}</span>
          <span className="sr-only">{commentStrings.open(open)}</span>
        </Badge>
      )}
    </>
  );
}

function moveStep(flow: Flow, key: string, by: number, edit: (label: string, commands: [{ op: "move_step"; flow: string; key: string; after: string }]) => void): void {
  const at = flow.steps.findIndex((step) => step.key === key);
  const to = at + by;
  if (to < 0 || to >= flow.steps.length) return;
  const after = by > 0 ? flow.steps[to]?.key : to === 0 ? START : flow.steps[to - 1]?.key;
  if (after !== undefined) edit(canvasStrings.labels.move(1), [{ op: "move_step", flow: flow.id, key, after }]);
}
