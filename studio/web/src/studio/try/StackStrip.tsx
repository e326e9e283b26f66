/** The flows that are running, the active one last; each leads to its canvas. */

import { ChevronRight } from "lucide-react";
import { activeFrame } from "../../core/stack";
import { flowName } from "../../core/names";
import { humanise } from "../../core/format";
import { tryStrings } from "../../strings/en/try";
import { useFocusStep } from "../canvas/focusStore";
import { useDoc } from "../document/DocumentProvider";
import { keyOf } from "./lighting";
import { useTry } from "./trySession";

export function StackStrip() {
  const stack = useTry((session) => session.lighting.stack);
  const flows = useDoc((state) => state.flows);
  const known = useDoc((state) => state.outline?.flows);
  const { go } = useFocusStep();
  const active = activeFrame(stack) ?? stack.at(-1);
  if (stack.length === 0) {
    return <p className="shrink-0 border-b px-4 py-2 text-xs text-soft" data-testid="try-stack">{tryStrings.noFlow}</p>;
  }
  return (
    <ol aria-label={tryStrings.stack} data-testid="try-stack" className="flex shrink-0 flex-wrap items-center gap-1 border-b px-4 py-2 text-xs">
      {stack.map((frame, index) => (
        <li key={`${index} ${frame.flowId}`} className="flex min-w-0 items-center gap-1" data-flow={frame.flowId} data-step={frame.stepId ?? ""}>
          {index > 0 && <ChevronRight className="size-3 shrink-0 text-soft" aria-hidden="true" />}
          <button
            type="button"
            title={frame.stepId ?? ""}
            onClick={() => go({ flow: frame.flowId, step: keyOf(flows[frame.flowId], frame.stepId) })}
            className={`truncate rounded-sm px-1 hover:bg-sunken ${frame === active ? "font-semibold" : "text-soft"}`}
          >
            {flowName(frame.flowId, known ?? [])}
            {frame.stepId !== null && <span className="font-normal text-soft"> · {humanise(frame.stepId)}</span>}
          </button>
        </li>
      ))}
    </ol>
  );
}
