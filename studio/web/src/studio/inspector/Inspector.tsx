/** The form beside the canvas: of the selected step, of the selected line, or of the flow. */

import { Cable, CircleAlert, Copy, Trash2, TriangleAlert, X } from "lucide-react";
import { canvasStrings, problemStrings } from "../../strings/en/canvas";
import { inspectorStrings } from "../../strings/en/inspector";
import { type Finding, type Flow, START, type Step } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { useCanvasUi } from "../canvas/canvasUi";
import { lookOf } from "../canvas/stepLooks";
import { titleOf } from "../canvas/stepWords";
import { CommentsSection } from "../comments/CommentsSection";
import { useDoc } from "../document/DocumentProvider";
import { sentence } from "../problems/sentence";
import { isUnreadable } from "../problems/UnreadableNote";
import { IconButton } from "../ui/Button";
import { Branches } from "./Branches";
import { EdgeForm } from "./EdgeForm";
import { FlowForm } from "./FlowForm";
import { StepForm } from "./StepForm";

export function Inspector({ flow }: { flow: Flow }) {
  const selection = useDoc((state) => state.selection);
  const findings = useDoc((state) => state.findings);
  const isOwn = selection.flow === flow.id;
  const keys = isOwn ? selection.keys.filter((key) => key !== START) : [];
  const step = keys.length === 1 ? flow.steps.find((each) => each.key === keys[0]) : undefined;
  const edge = isOwn ? selection.edge : null;
  const { isReadOnly } = useCanvasActions();
  return (
    <div data-inspector="" data-testid="inspector" className="flex min-h-0 flex-1 flex-col">
      {step !== undefined ? (
        <StepHeader flow={flow} step={step} />
      ) : (
        <Header title={edge !== null ? inspectorStrings.condition.title : keys.length > 1 ? inspectorStrings.many(keys.length) : inspectorStrings.flow.title} />
      )}
      <div className="scroller min-h-0 flex-1">
        {isReadOnly && <p className="border-t bg-sunken px-4 py-2 text-xs text-soft">{isUnreadable(flow) ? problemStrings.unreadableShort : inspectorStrings.readOnly}</p>}
        <fieldset disabled={isReadOnly} className="contents">
          {step !== undefined ? (
            <div key={step.key}>
              <Found findings={findings.filter((finding) => finding.flow === flow.id && finding.step === step.key)} />
              <StepForm flow={flow} step={step} />
              <Branches flow={flow} step={step} />
            </div>
          ) : edge !== null ? (
            <EdgeForm key={`${edge.from}|${edge.kind}|${edge.index}`} flow={flow} at={edge} />
          ) : keys.length > 1 ? (
            <p className="border-t p-4 text-sm text-soft">{inspectorStrings.manyHint}</p>
          ) : (
            <>
              <Found findings={findings.filter((finding) => finding.flow === flow.id && finding.step === null)} />
              <FlowForm key={flow.id} flow={flow} />
            </>
          )}
        </fieldset>
        {edge === null && keys.length < 2 && <CommentsSection key={step?.key ?? ""} flow={flow} step={step?.key ?? null} />}
      </div>
    </div>
  );
}

function Header({ title }: { title: string }) {
  const { select } = useCanvasActions();
  return (
    <header className="flex h-12 shrink-0 items-center justify-between gap-2 pr-2 pl-4">
      <h2 className="truncate text-sm font-semibold">{title}</h2>
      <span className="lg:hidden">
        <IconButton icon={X} label={inspectorStrings.close} onClick={() => select([])} />
      </span>
    </header>
  );
}

function StepHeader({ flow, step }: { flow: Flow; step: Step }) {
  const actions = useCanvasActions();
  const look = lookOf(step);
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 pr-2 pl-4" data-testid="inspector-step" data-key={step.key} data-flow={flow.id}>
      <span className={`grid size-8 shrink-0 place-items-center rounded-md ${look.tile}`}>
        <look.icon className="size-4" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="text-xs text-soft">{look.label}</p>
        <h2 className="truncate text-sm font-semibold" title={titleOf(step)}>
          {titleOf(step)}
        </h2>
      </div>
      {!actions.isReadOnly && (
        <>
          {step.type !== "link" && (
            <IconButton
              icon={Cable}
              label={canvasStrings.connect.button}
              shortcut="C"
              data-testid="connect-to"
              onClick={() => useCanvasUi.getState().setConnectFrom(step.key)}
            />
          )}
          <IconButton icon={Copy} label={canvasStrings.menu.duplicate} shortcut="Ctrl+D" onClick={actions.duplicate} />
          <IconButton icon={Trash2} label={canvasStrings.menu.delete} shortcut="Delete" onClick={actions.remove} />
        </>
      )}
      <span className="lg:hidden">
        <IconButton icon={X} label={inspectorStrings.close} onClick={() => actions.select([])} />
      </span>
    </header>
  );
}

function Found({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul aria-label={inspectorStrings.problems} className="flex flex-col gap-2 border-t bg-sunken px-4 py-3">
      {findings.map((finding, index) => {
        const isError = finding.severity === "error";
        const Icon = isError ? CircleAlert : TriangleAlert;
        return (
          <li key={`${finding.code}-${index}`} className="flex gap-2 text-xs">
            <Icon className={`size-4 shrink-0 ${isError ? "text-danger" : "text-warning"}`} aria-hidden="true" />
            <span className="min-w-0 break-words">
              {sentence(finding.message)}
              {finding.hint !== "" && <span className="block text-soft">{sentence(finding.hint)}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
