/** Types of slots, and turning one into another without leaving behind what would be wrong. Pure. */

import type { Json } from "../../api/types";
import { type JsonMap, listOf, withKey } from "../entries";

export const SLOT_TYPES: readonly string[] = ["text", "bool", "float", "categorical", "strict_categorical", "any", "list"];
export const MAPPING_KINDS = ["from_llm", "from_entity", "from_intent", "from_text", "from_trigger_intent", "controlled", "custom"] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];

/** Which options each kind of mapping has. */
export const OPTIONS: Readonly<Record<MappingKind, readonly ("entity" | "intent" | "value" | "run_action_every_turn" | "allow_nlu_correction")[]>> = {
  from_llm: ["allow_nlu_correction"],
  from_entity: ["entity"],
  from_intent: ["intent", "value"],
  from_text: [],
  from_trigger_intent: ["value"],
  controlled: ["run_action_every_turn"],
  custom: ["run_action_every_turn"],
};

export function withType(slot: JsonMap, type: string): { [key: string]: Json } {
  let next: { [key: string]: Json } = { ...slot, type };
  if (!type.endsWith("categorical")) next = withKey(next, "values", undefined);
  else if (listOf(next.values).length === 0) next.values = ["first", "second"];
  if (type !== "float") next = withKey(withKey(next, "min_value", undefined), "max_value", undefined);
  if (next.initial_value !== undefined && slot.type !== type) delete next.initial_value;
  return next;
}

export function withKind(mapping: JsonMap, kind: MappingKind): { [key: string]: Json } {
  const kept = Object.entries(mapping).filter(([key]) => key === "conditions" || (OPTIONS[kind] as readonly string[]).includes(key));
  return { type: kind, ...Object.fromEntries(kept) };
}
