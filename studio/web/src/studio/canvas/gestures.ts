/** What a person does on the canvas, as commands for the server. Free of React. */

import { type Command, type EdgeAt, END, type Flow, type Json, type NewStep, NOT_THERE, type Point, START } from "../api/types";
import { endId, isSameWay, outgoingOf } from "./graph";
import { type Positions, withRoom } from "./layout";

/** Whether places are kept for this flow: only then are they written again. */
export function hasKeptPositions(flow: Flow): boolean {
  return flow.steps.some((step) => flow.positions[step.key] !== undefined);
}

/** Keep places: all of them at the first time, so that the rest does not jump when one is moved. */
export function positionsCommand(flow: Flow, at: Positions, moved: Positions): Command {
  const all = hasKeptPositions(flow) ? {} : at;
  return { op: "set_positions", flow: flow.id, positions: { ...all, ...moved } };
}

/** Put a step onto a way on, with room made for it. */
export function insertion(flow: Flow, at: Positions, way: EdgeAt, step: NewStep): readonly Command[] {
  const add: Command = { op: "add_step", flow: flow.id, at: way, step };
  if (!hasKeptPositions(flow) || step.id === undefined) return [add];
  const target = outgoingOf(flow, way.from).find((edge) => isSameWay(edge, way))?.to ?? null;
  const aim = target === END ? endId(way) : target;
  return [add, { op: "set_positions", flow: flow.id, positions: withRoom(at, way.from, aim, step.id) }];
}

/** A step that the person put somewhere by hand, reached by a way on of another step. */
export function dropped(flow: Flow, at: Positions, way: EdgeAt | null, step: NewStep, point: Point, condition: string | null): readonly Command[] {
  const id = step.id ?? "";
  const place = positionsCommand(flow, at, { [id]: point });
  if (way === null) return [{ op: "add_step", flow: flow.id, at: null, step }, place];
  if (condition === null) return [{ op: "add_step", flow: flow.id, at: way, step }, place];
  const lead: Command = { op: "connect", flow: flow.id, ...way, to: id, condition };
  return [{ op: "add_step", flow: flow.id, at: null, step }, lead, place];
}

/** Take steps out of the flow; what led to each then leads to where it led. */
export function deletion(flow: Flow, keys: readonly string[]): readonly Command[] {
  const known = new Set(flow.steps.map((step) => step.key));
  const wanted = keys.filter((key) => known.has(key));
  // From the last to the first: path keys of the earlier ones stay as they are.
  const order = new Map(flow.steps.map((step, index) => [step.key, index]));
  wanted.sort((one, other) => (order.get(other) ?? 0) - (order.get(one) ?? 0));
  return wanted.map((key) => ({ op: "delete_step", flow: flow.id, key }));
}

export function edgeDeletion(flow: Flow, way: EdgeAt): readonly Command[] {
  if (way.from === START) return [];
  if (way.kind === "next") return [{ op: "connect", flow: flow.id, ...way, to: null }];
  return [{ op: "delete_branch", flow: flow.id, from: way.from, index: way.index }];
}

/** The way on that something pasted or added after a step goes onto: its first plain one. */
export function wayAfter(flow: Flow, key: string): EdgeAt | null {
  const step = flow.steps.find((each) => each.key === key);
  if (key !== START && (step === undefined || step.type === "link")) return null;
  const [first] = outgoingOf(flow, key);
  return { from: key, kind: first?.kind ?? "next", index: first?.index ?? 0 };
}

export const QUESTION_MARK = "?";

/** A new slot and the question for it, so that a collect step is whole from the start. */
export function slotWithQuestion(name: string, hasResponse: boolean): readonly Command[] {
  const slot: Json = { type: "text", mappings: [{ type: "from_llm" }] };
  const words = name.replace(/[_-]+/g, " ");
  const question: Json = [{ text: `What is the ${words}${QUESTION_MARK}` }];
  const put: Command[] = [{ op: "put", section: "slots", name, value: slot, seen: NOT_THERE }];
  if (!hasResponse) put.push({ op: "put", section: "responses", name: `utter_ask_${name}`, value: question, seen: NOT_THERE });
  return put;
}

export function newResponse(name: string, text: string): Command {
  return { op: "put", section: "responses", name, value: [{ text }], seen: NOT_THERE };
}
