/** One flow, before and after: both graphs with what differs in colour, then the steps in words. */

import { ChevronRight } from "lucide-react";
import { versionStrings as words } from "../../strings/en/versions";
import type { Flow, Step } from "../api/types";
import { titleOf, wordsOf } from "../canvas/stepWords";
import { Badge } from "../ui/Bits";
import { Button } from "../ui/Button";
import { changedFields } from "./changedFields";
import { FlowSketch } from "./FlowSketch";
import { TONES } from "./tones";
import type { Change, FlowChange } from "./versionsApi";

export function FlowDifference({ flow, onRestore }: { flow: FlowChange; onRestore: (() => void) | null }) {
  const name = (flow.after ?? flow.before)?.name ?? flow.id;
  const steps = Object.entries(flow.steps);
  return (
    <details open className="group min-w-0 rounded-lg border bg-surface" data-testid={`flow-diff-${flow.id}`}>
      <summary className="flex min-h-12 flex-wrap items-center gap-2 px-4">
        <ChevronRight className="size-4 text-soft transition-transform group-open:rotate-90" aria-hidden="true" />
        <span className="text-sm font-semibold">{name}</span>
        <Badge tone={TONES[flow.change]}>{words.states[flow.change]}</Badge>
        <span className="text-xs text-soft">{flow.edges.length > 0 ? words.edges(flow.edges.length) : ""}</span>
      </summary>
      <div className="flex flex-col gap-3 border-t p-4">
        <div className="grid min-w-0 gap-3 md:grid-cols-2">
          <Side title={words.graphBefore} flow={flow.before} states={beforeStates(flow)} gone={flow.edges.filter(({ state }) => state === "removed")} />
          <Side title={words.graphAfter} flow={flow.after} states={afterStates(flow)} gone={flow.edges.filter(({ state }) => state === "added")} />
        </div>
        {Object.keys(flow.properties).length > 0 && <p className="text-sm">{`${words.properties}: ${Object.keys(flow.properties).join(", ")}`}</p>}
        <ul className="flex flex-col gap-2">
          {steps.map(([key, change]) => (
            <StepChange key={key} change={change} before={stepOf(flow.before, flow.was[key] ?? key)} after={stepOf(flow.after, key)} />
          ))}
        </ul>
        {onRestore !== null && (
          <Button className="self-start" onClick={onRestore} data-testid={`restore-${flow.id}`}>
            {words.restoreFlow}
          </Button>
        )}
      </div>
    </details>
  );
}

function Side({ title, flow, states, gone }: { title: string; flow: Flow | null; states: Readonly<Record<string, Change>>; gone: FlowChange["edges"] }) {
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 text-xs font-semibold text-soft">{title}</figcaption>
      {flow === null ? (
        <p className="rounded-md bg-sunken p-4 text-sm text-soft">{words.noFlow}</p>
      ) : (
        <FlowSketch flow={flow} states={states} edges={gone} label={words.graph(flow.name, title.toLowerCase())} />
      )}
    </figure>
  );
}

/** The states are told by keys of afterwards; what is gone by keys of before. */
function beforeStates({ steps, was }: FlowChange): Readonly<Record<string, Change>> {
  const pairs = Object.entries(steps).filter(([, change]) => change !== "added");
  return Object.fromEntries(pairs.map(([key, change]) => [was[key] ?? key, change]));
}

function afterStates({ steps }: FlowChange): Readonly<Record<string, Change>> {
  return Object.fromEntries(Object.entries(steps).filter(([, change]) => change !== "removed"));
}

function stepOf(flow: Flow | null, key: string): Step | null {
  return flow?.steps.find((step) => step.key === key) ?? null;
}

function StepChange({ change, before, after }: { change: Change; before: Step | null; after: Step | null }) {
  const step = change === "removed" ? before : (after ?? before);
  if (step === null) return null;
  const fields = change === "changed" && before !== null && after !== null ? changedFields(before, after) : [];
  return (
    <li className="flex flex-col gap-1 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <Badge tone={TONES[change]}>{words.states[change]}</Badge>
        <span className="font-medium">{titleOf(step)}</span>
        <span className="min-w-0 text-soft">{wordsOf(step)}</span>
      </span>
      {fields.length > 0 && (
        <table className="w-full table-fixed text-xs">
          <thead className="sr-only">
            <tr>
              <th scope="col">{words.step}</th>
              <th scope="col">{words.was}</th>
              <th scope="col">{words.now}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ name, was, now }) => (
              <tr key={name} className="align-top">
                <th scope="row" className="w-32 py-1 pr-2 text-left font-medium text-soft">
                  {name}
                </th>
                <td className="bg-danger-wash px-2 py-1 break-words whitespace-pre-wrap">{was}</td>
                <td className="bg-accent-wash px-2 py-1 break-words whitespace-pre-wrap">{now}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  );
}
