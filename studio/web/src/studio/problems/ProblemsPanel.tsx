/** What is wrong, in this flow or everywhere: a click leads to the step and to its line. */

import { CircleAlert, CircleCheck, TriangleAlert, X } from "lucide-react";
import { useRef, useState } from "react";
import { problemStrings } from "../../strings/en/canvas";
import { uiStrings } from "../../strings/en/studio";
import type { Finding, Flow } from "../api/types";
import { useFocusStep } from "../canvas/focusStore";
import { useDoc } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { IconButton } from "../ui/Button";
import { useRows } from "../ui/useRows";
import { ownFindings } from "./ownFindings";
import { sentence } from "./sentence";

const ROW_HEIGHT = 28;
const HINT_HEIGHT = 16;

export function ProblemsPanel({ flow }: { flow: Flow }) {
  const findings = useDoc((state) => state.findings);
  const [isAll, setAll] = useState(false);
  const own = ownFindings(findings, flow);
  const shown = [...(isAll ? findings : own)].sort(bySeverity);
  const tab = "h-8 rounded-md px-2 text-xs font-medium text-soft aria-pressed:bg-accent-wash aria-pressed:text-accent-strong";
  return (
    <section aria-label={problemStrings.title} className="flex h-48 max-h-2/5 shrink-0 flex-col border-t bg-surface" data-testid="problems">
      <header className="flex h-10 shrink-0 items-center gap-1 border-b pr-1 pl-4">
        <h2 className="mr-2 text-xs font-semibold">{problemStrings.title}</h2>
        <button type="button" className={tab} aria-pressed={!isAll} onClick={() => setAll(false)}>{`${problemStrings.here} · ${own.length}`}</button>
        <button type="button" className={tab} aria-pressed={isAll} onClick={() => setAll(true)}>{`${problemStrings.all} · ${findings.length}`}</button>
        <IconButton icon={X} label={uiStrings.close} className="ml-auto" onClick={() => useShell.getState().setProblemsOpen(false)} />
      </header>
      {shown.length === 0 ? (
        <p className="flex items-center gap-2 p-4 text-sm text-soft">
          <CircleCheck className="size-4 text-accent" aria-hidden="true" />
          {isAll ? problemStrings.none : problemStrings.noneFlow}
        </p>
      ) : (
        <List key={isAll ? "all" : "own"} findings={shown} />
      )}
    </section>
  );
}

function List({ findings }: { findings: readonly Finding[] }) {
  const list = useRef<HTMLUListElement>(null);
  const rows = useRows({ root: list, count: findings.length, keyOf: (index) => keyOf(findings[index], index), estimate: (index) => (findings[index]?.hint === "" ? ROW_HEIGHT : ROW_HEIGHT + HINT_HEIGHT) });
  return (
    <ul ref={list} className="scroller min-h-0 flex-1 py-1" onFocus={rows.onFocus}>
      {rows.pieces.map((piece) => {
        if (piece.kind === "gap") return <li key={piece.key} aria-hidden="true" style={{ height: piece.height }} />;
        const finding = findings[piece.index];
        return finding === undefined ? null : (
          <li key={piece.key} ref={rows.measure} data-index={piece.index} aria-setsize={findings.length} aria-posinset={piece.index + 1}>
            <Row finding={finding} />
          </li>
        );
      })}
    </ul>
  );
}

function keyOf(finding: Finding | undefined, index: number): string {
  return `${finding?.file}:${finding?.line}:${finding?.code}:${index}`;
}

function Row({ finding }: { finding: Finding }) {
  const { go } = useFocusStep();
  const isError = finding.severity === "error";
  const Icon = isError ? CircleAlert : TriangleAlert;
  return (
    <button
      type="button"
      onClick={() => go(finding)}
      data-testid="problem"
      data-step={finding.step ?? ""}
      className="flex w-full items-start gap-2 px-4 py-1 text-left text-sm hover:bg-sunken focus-visible:-outline-offset-2"
    >
      <Icon className={`mt-1 size-4 shrink-0 ${isError ? "text-danger" : "text-warning"}`} aria-label={problemStrings.severity[finding.severity]} role="img" />
      <span className="min-w-0 flex-1">
        <span className="break-words">{sentence(finding.message)}</span>
        {finding.hint !== "" && <span className="block text-xs text-soft">{sentence(finding.hint)}</span>}
      </span>
      <span className="max-w-64 shrink-0 truncate text-xs leading-5 text-soft">{`${finding.file}:${finding.line}`}</span>
    </button>
  );
}

function bySeverity(one: Finding, other: Finding): number {
  return one.severity === other.severity ? 0 : one.severity === "error" ? -1 : 1;
}
