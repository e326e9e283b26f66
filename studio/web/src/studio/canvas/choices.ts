/** What can be added to a flow: a type of step and what it is about. Free of React. */

import { type Command, type Flow, type Json, type Named, type NewStep, NOT_THERE, type Outline, type StepType } from "../api/types";
import { optionOf } from "../problems/unreadable";
import { newResponse, slotWithQuestion } from "./gestures";
import { freshId, slug } from "./stepIds";

export type ChoiceKind = "say" | "action" | "collect" | "set_slots" | "call" | "link" | "noop";

export interface StepChoice {
  readonly kind: ChoiceKind;
  /** A response, an action, a slot or a flow; empty for a branch. */
  readonly target: string;
  /** It does not exist yet: it is made in the same gesture. */
  readonly isNew: boolean;
}

export const CHOICE_KINDS: readonly ChoiceKind[] = ["collect", "say", "action", "set_slots", "call", "link", "noop"];

export const typeOf = (kind: ChoiceKind): StepType => (kind === "say" ? "action" : kind);

export interface Target {
  readonly name: string;
  readonly hint?: string;
}

/** What a kind of step can be about. */
export function targetsOf(kind: ChoiceKind, outline: Outline | null, flow: string): readonly Target[] {
  if (outline === null) return [];
  switch (kind) {
    case "say":
      return outline.responses.map((each) => targetOf(each));
    case "action":
      return outline.actions.filter(({ name }) => !name.startsWith("utter_")).map((each) => targetOf(each, each.effect));
    case "collect":
      return outline.slots.filter(({ type }) => type !== "list").map((each) => targetOf(each, each.type));
    case "set_slots":
      return outline.slots.map((each) => targetOf(each, each.type));
    case "call":
      return outline.flows.filter((each) => !each.is_pattern && each.id !== flow).map(({ id, name }) => ({ name: id, hint: name }));
    case "link":
      return outline.flows
        .filter((each) => each.id !== flow && (!each.is_pattern || each.id === "pattern_human_handoff"))
        .map(({ id, name }) => ({ name: id, hint: name }));
    default:
      return [];
  }
}

function targetOf(entry: Named, hint?: string | null): Target {
  const { value, ...said } = optionOf(entry, hint);
  return { name: value, ...said };
}

/** Kinds whose target can be made on the spot. */
export const CAN_CREATE: ReadonlySet<ChoiceKind> = new Set(["say", "collect", "set_slots", "action"]);

/** The step, and what has to be made for it. */
export function stepFor(flow: Flow, choice: StepChoice, outline: Outline | null): { step: NewStep; before: readonly Command[] } {
  const type = typeOf(choice.kind);
  const name = choice.isNew ? targetName(choice, outline) : choice.target;
  const id = freshId(flow, type, name);
  const fields: Record<string, Json> =
    type === "set_slots" ? { set_slots: [{ [name]: null }] } : type === "noop" ? { noop: true } : { [type]: name };
  return { step: { type, id, fields }, before: choice.isNew ? made(choice, name, outline) : [] };
}

/** What a person typed, as the name of a response, a slot or an action.
 *
 * New words are a response of their own, also where others have the same letters; names without Latin letters are counted.
 */
export function targetName(choice: StepChoice, outline: Outline | null = null): string {
  const { kind, target } = choice;
  const plain = slug(target);
  const prefix = kind === "say" ? "utter_" : kind === "action" ? "action_" : "";
  const name = plain.startsWith(prefix) && plain !== "" ? plain : `${prefix}${plain === "" ? "new" : plain}`;
  if (plain !== "" && (kind !== "say" || name === target)) return name;
  const section = kind === "say" ? "responses" : kind === "action" ? "actions" : "slots";
  const taken = new Set(outline?.[section].map((each) => each.name));
  let number = 1;
  const counted = (): string => (number === 1 ? name : `${name}_${number}`);
  while (taken.has(counted())) number += 1;
  return counted();
}

function made(choice: StepChoice, name: string, outline: Outline | null): readonly Command[] {
  const has = (response: string): boolean => outline?.responses.some((each) => each.name === response) === true;
  switch (choice.kind) {
    case "say":
      return has(name) ? [] : [newResponse(name, choice.target)];
    case "collect":
    case "set_slots":
      if (outline?.slots.some((each) => each.name === name) === true) return [];
      return slotWithQuestion(name, choice.kind === "set_slots" || has(`utter_ask_${name}`));
    case "action":
      return [{ op: "put", section: "actions", name, value: {}, seen: NOT_THERE }];
    default:
      return [];
  }
}
