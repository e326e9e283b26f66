/** The active flow and step, and the frames below them. */

import type { AssistantInfo } from "../call/server";
import type { Conversation } from "../core/conversation";
import { humanise } from "../core/format";
import { flowName } from "../core/names";
import { activeFrame, isPattern } from "../core/stack";
import { strings } from "../strings";
import { Panel } from "./InsidePanel";

export function FlowPanel({
  conversation,
  assistant,
}: {
  conversation: Conversation;
  assistant: AssistantInfo | null;
}) {
  const flows = assistant?.flows ?? [];
  const active = activeFrame(conversation.stack);
  const others = conversation.stack.filter((frame) => frame !== active).toReversed();
  const done = conversation.lastFlowId;
  return (
    <Panel title={strings.flow.title}>
      <div className="min-h-21">
        {active === null ? (
          <>
            <p className="text-sm text-soft" data-testid="flow-name" data-flow="">
              {done === null ? strings.flow.none : strings.flow.done(flowName(done, flows))}
            </p>
            {done === null && <p className="text-sm text-pretty text-soft">{strings.flow.noneHint}</p>}
          </>
        ) : (
          <>
            <p className="text-lg font-semibold" data-testid="flow-name" data-flow={active.flowId}>
              {flowName(active.flowId, flows)}
            </p>
            <p
              className="text-sm text-soft"
              data-testid="step-name"
              data-step={active.stepId ?? ""}
              title={active.stepId ?? ""}
            >
              {active.stepId === null ? "\u00a0" : `${strings.flow.step}: ${humanise(active.stepId)}`}
            </p>
          </>
        )}
        <ol
          aria-label={strings.flow.stackLabel}
          className="mt-3 flex flex-wrap gap-2 empty:hidden"
          data-testid="stack"
        >
          {others.map((frame, i) => (
            <li key={`${i} ${frame.flowId}`} className="rounded-full bg-sunken px-3 py-1 text-xs">
              {flowName(frame.flowId, flows)}
              <span className="text-soft">
                {" "}
                · {isPattern(frame.flowId) ? strings.flow.pattern : strings.flow.paused}
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
