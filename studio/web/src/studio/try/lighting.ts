/** Which steps a conversation has been at, told by its events. Pure; the canvas is drawn from it. */

import type { ServerEvent } from "../../core/events";
import { activeFrame, stepStack, type Stack } from "../../core/stack";
import type { Flow } from "../api/types";

export interface Lighting {
  readonly stack: Stack;
  /** By flow: the engine's names of the steps that were entered, in order. */
  readonly visited: Readonly<Record<string, readonly string[]>>;
}

export const DARK: Lighting = { stack: [], visited: {} };

/** Fold one event into the lighting. */
export function lit(lighting: Lighting, event: ServerEvent): Lighting {
  const stack = stepStack(lighting.stack, event);
  if (event.type !== "step_entered") return stack === lighting.stack ? lighting : { ...lighting, stack };
  const steps = lighting.visited[event.flow_id] ?? [];
  const visited = steps.includes(event.step_id) ? lighting.visited : { ...lighting.visited, [event.flow_id]: [...steps, event.step_id] };
  return { stack, visited };
}

/** The flow and step to look at: the topmost flow that a designer drew, or a pattern where there is nothing else. */
export function activeOf(lighting: Lighting): { flow: string; step: string | null } | null {
  const frame = activeFrame(lighting.stack) ?? lighting.stack.at(-1);
  return frame === undefined ? null : { flow: frame.flowId, step: frame.stepId };
}

/** The key of a step on the canvas by the engine's name for it; null where the flow does not have it any more. */
export function keyOf(flow: Flow | undefined, step: string | null): string | null {
  if (flow === undefined || step === null) return null;
  return flow.steps.find((each) => (each.engine_id ?? each.id) === step)?.key ?? null;
}

export interface Drawn {
  readonly active: string | null;
  readonly visited: readonly string[];
}

/** What is drawn over one flow: the active step apart from those that were visited. */
export function drawnOver(flow: Flow, lighting: Lighting): Drawn {
  const active = activeOf(lighting);
  const key = active?.flow === flow.id ? keyOf(flow, active.step) : null;
  const visited = (lighting.visited[flow.id] ?? []).map((step) => keyOf(flow, step)).filter((each): each is string => each !== null);
  return { active: key, visited: visited.filter((each) => each !== key) };
}
