/** Over the canvas, while the heat is shown: what the tests cover of this flow, how old that is, and running them. */

import { CircleAlert, FlaskConical, History, LoaderCircle, X } from "lucide-react";
import { coverageStrings as words } from "../../strings/en/coverage";
import { uiStrings } from "../../strings/en/studio";
import type { Flow } from "../api/types";
import { useDoc } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { Button, IconButton } from "../ui/Button";
import { ago } from "../ui/time";
import type { Coverage } from "./coverageApi";
import { hasTests, heatOf, progressOf } from "./heat";
import { useCoverage, useCoverageUi, useTestRun } from "./useCoverage";

export function CoveragePanel({ flow }: { flow: Flow }) {
  const { isShown, setShown } = useCoverageUi();
  const { coverage, isLost } = useCoverage();
  const files = useDoc((state) => state.outline?.files);
  if (!isShown) return null;
  const isTested = hasTests((files ?? []).map((file) => file.path));
  return (
    <section
      aria-label={words.title}
      data-testid="coverage"
      data-current={coverage?.is_current === true}
      className="absolute top-4 right-4 z-10 flex max-h-[calc(100%-2rem)] w-72 max-w-[calc(100%-2rem)] flex-col gap-3 overflow-y-auto rounded-md border bg-surface p-3 text-sm shadow-sm"
    >
      <header className="-mt-1 -mr-1 flex items-center gap-2">
        <FlaskConical className="size-4 shrink-0 text-soft" aria-hidden="true" />
        <h2 className="min-w-0 flex-1 truncate font-semibold">{words.title}</h2>
        <IconButton icon={X} label={uiStrings.close} onClick={() => setShown(false)} />
      </header>
      {isLost ? (
        <p className="text-xs text-warning">{words.lost}</p>
      ) : !isTested ? (
        <Nothing title={words.noTests} help={words.noTestsHelp} />
      ) : coverage === undefined ? null : coverage.at === null ? (
        <Nothing title={words.none} help={words.noneHelp} />
      ) : (
        <Known flow={flow} coverage={coverage} />
      )}
      {isTested && <Running isFirst={coverage?.at === null} />}
    </section>
  );
}

function Nothing({ title, help }: { title: string; help: string }) {
  return (
    <div className="flex flex-col gap-1" data-testid="coverage-none">
      <p className="font-medium">{title}</p>
      <p className="text-xs text-soft">{help}</p>
    </div>
  );
}

function Known({ flow, coverage }: { flow: Flow; coverage: Coverage }) {
  const covered = coverage.flows[flow.id];
  const heat = covered === undefined ? null : heatOf(flow, covered);
  return (
    <>
      {heat === null || covered === undefined ? (
        <Nothing title={words.none} help={words.noneHelp} />
      ) : (
        <div className="flex flex-col gap-2">
          <p data-testid="coverage-steps" className="font-medium">
            {`${words.steps(heat.coveredSteps, flow.steps.length)}, ${words.ways(heat.coveredWays, flow.edges.length)}, ${words.cases(covered.cases)}`}
          </p>
          <Legend />
        </div>
      )}
      <p className="text-xs text-soft">{words.ran(ago(coverage.at, Date.now()), coverage.by ?? "")}</p>
      {!coverage.is_current && (
        <p className="flex gap-2 text-xs text-warning" data-testid="coverage-old">
          <History className="size-4 shrink-0" aria-hidden="true" />
          {words.old}
        </p>
      )}
      {coverage.failed.length > 0 && (
        <details className="text-xs">
          <summary className="flex items-center gap-2 text-danger">
            <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
            {words.failed(coverage.failed.length)}
          </summary>
          <Cases cases={coverage.failed} />
        </details>
      )}
      {coverage.not_run.length > 0 && (
        <details className="text-xs">
          <summary className="text-warning">{words.notRun(coverage.not_run.length)}</summary>
          <p className="pt-1 text-soft">{words.notRunHelp}</p>
          <Cases cases={coverage.not_run} />
        </details>
      )}
    </>
  );
}

function Cases({ cases }: { cases: Coverage["failed"] }) {
  return (
    <ul className="flex flex-col gap-1 pt-1">
      {cases.slice(0, 20).map(({ file, name }) => (
        <li key={`${file}::${name}`} className="break-words text-soft">
          {`${file}: ${name}`}
        </li>
      ))}
    </ul>
  );
}

const STOPS = [
  { width: 2, style: "dashed", colour: "var(--color-warning)", label: words.legend.never },
  { width: 2, style: "solid", colour: "color-mix(in oklab, var(--color-accent) 45%, var(--color-line))", label: words.legend.seldom },
  { width: 5, style: "solid", colour: "var(--color-accent)", label: words.legend.often },
];

function Legend() {
  return (
    <ul className="flex flex-wrap gap-4 text-xs text-soft" data-testid="coverage-legend">
      {STOPS.map(({ width, style, colour, label }) => (
        <li key={label} className="flex items-center gap-2">
          <span aria-hidden="true" className="w-6" style={{ borderTop: `${width}px ${style} ${colour}` }} />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Running({ isFirst }: { isFirst: boolean }) {
  const { run, start, stop } = useTestRun();
  const { may } = useSession();
  if (run?.state === "running") {
    const { done, all } = progressOf(run.lines.at(-1));
    return (
      <div className="flex items-center gap-2" role="status" data-testid="tests-running">
        <LoaderCircle className="size-4 shrink-0 animate-breathe text-accent" aria-hidden="true" />
        <span className="min-w-0 flex-1 text-xs">{words.running(done, all)}</span>
        <Button onClick={stop} data-testid="stop-tests">
          {words.stop}
        </Button>
      </div>
    );
  }
  return (
    <>
      {run?.state === "failed" && (
        <p className="text-xs break-words text-danger" role="alert" data-testid="tests-problem">
          {`${words.problem}: ${run.message}`}
        </p>
      )}
      <Button weight={isFirst ? "accent" : "outline"} icon={FlaskConical} onClick={start} disabled={!may("train")} data-testid="run-tests">
        {isFirst ? words.run : words.again}
      </Button>
    </>
  );
}
