/** The dialogue stack as the flow events tell it: the last frame is the active one. */

import type { ServerEvent } from "./events";

export interface Frame {
  readonly flowId: string;
  readonly stepId: string | null;
}

export type Stack = readonly Frame[];

const PATTERN_PREFIX = "pattern_";

/** Patterns are conversation repair, not flows that a designer drew. */
export function isPattern(flowId: string): boolean {
  return flowId.startsWith(PATTERN_PREFIX);
}

/** Fold one event into the stack; an event that does not concern it leaves it as it is. */
export function stepStack(stack: Stack, event: ServerEvent): Stack {
  switch (event.type) {
    case "flow_started":
      return [...stack, { flowId: event.flow_id, stepId: null }];
    case "flow_resumed":
      return raise(stack, { flowId: event.flow_id, stepId: event.step_id });
    case "step_entered":
      return enter(stack, { flowId: event.flow_id, stepId: event.step_id });
    case "flow_completed":
    case "flow_cancelled":
      return dropLast(stack, event.flow_id);
    default:
      return stack;
  }
}

/** The topmost flow that a designer drew: patterns come and go above it. */
export function activeFrame(stack: Stack): Frame | null {
  return stack.findLast((frame) => !isPattern(frame.flowId)) ?? null;
}

function lastIndex(stack: Stack, flowId: string): number {
  return stack.findLastIndex((frame) => frame.flowId === flowId);
}

function dropLast(stack: Stack, flowId: string): Stack {
  const index = lastIndex(stack, flowId);
  return index < 0 ? stack : stack.filter((_, i) => i !== index);
}

function raise(stack: Stack, frame: Frame): Stack {
  return [...dropLast(stack, frame.flowId), frame];
}

/** A step of a flow that is not on the stack means that its start was missed: it goes on top. */
function enter(stack: Stack, frame: Frame): Stack {
  const index = lastIndex(stack, frame.flowId);
  return index < 0 ? [...stack, frame] : stack.map((old, i) => (i === index ? frame : old));
}
