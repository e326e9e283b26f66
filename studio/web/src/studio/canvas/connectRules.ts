/** Which steps a line may lead to, and if not, why: said beside the pointer and in the list of "Connect to…". */

import { canvasStrings } from "../../strings/en/canvas";
import { END, type EdgeAt, type EdgeKind, type Flow, START } from "../api/types";
import { isEndId, isSameWay, outgoingOf } from "./graph";

const reasons = canvasStrings.connect.reasons;

/** null: it may. `target` is a step's key, START, END or the id of a drawn end. */
export function refusal(flow: Flow, at: EdgeAt, target: string): string | null {
  if (flow.is_default) return reasons.readOnly;
  if (target === START) return reasons.start;
  const source = flow.steps.find((step) => step.key === at.from);
  if (source?.type === "link") return reasons.link;
  const wanted = isEndId(target) ? END : target;
  if (at.from === wanted) return reasons.same;
  const old = outgoingOf(flow, at.from).find((edge) => isSameWay(edge, at));
  if (old !== undefined && (old.to ?? "") === wanted && !old.is_implicit) return reasons.same;
  return null;
}

export interface Port {
  readonly kind: EdgeKind;
  readonly index: number;
  readonly condition: string | null;
  /** A way on that does not exist yet: one more branch. */
  readonly isNew: boolean;
}

/** The ways on of a step, and the one that could be added. */
export function portsOf(flow: Flow, from: string): readonly Port[] {
  const outgoing = outgoingOf(flow, from);
  const ports: Port[] = outgoing.map(({ kind, index, condition }) => ({ kind, index, condition, isNew: false }));
  if (from === START) return ports;
  const step = flow.steps.find((each) => each.key === from);
  if (step === undefined || step.type === "link") return [];
  if (ports.length === 0) ports.push({ kind: "next", index: 0, condition: null, isNew: false });
  const ifs = ports.filter((port) => port.kind === "if").length;
  const added: Port = { kind: "if", index: ifs, condition: null, isNew: true };
  return [...ports, added];
}

/** A condition to begin with, for a branch after a step: about the slot that the step asks for, where it asks. */
export function firstCondition(flow: Flow, from: string, slotType: (name: string) => string | undefined): string {
  const step = flow.steps.find((each) => each.key === from);
  const slot = step?.type === "collect" ? String(step.fields.collect ?? "") : lastSlotBefore(flow, from);
  if (slot === "" || slot === null) return "slots.session_started_metadata is not null";
  return slotType(slot) === "bool" ? `slots.${slot}` : `slots.${slot} is not null`;
}

function lastSlotBefore(flow: Flow, from: string): string | null {
  const at = flow.steps.findIndex((step) => step.key === from);
  const before = flow.steps.slice(0, Math.max(at, 0)).reverse();
  const asked = before.find((step) => step.type === "collect") ?? flow.steps.find((step) => step.type === "collect");
  return asked === undefined ? null : String(asked.fields.collect ?? "");
}
