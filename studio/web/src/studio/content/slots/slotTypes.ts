/** Types of slots and sources of their values, and turning one into another without leaving behind what would be wrong. Pure. */

import { slotStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { isMap, type JsonMap, listOf, withKey } from "../entries";

export const SLOT_TYPES: readonly string[] = ["text", "bool", "float", "categorical", "strict_categorical", "any", "list"];
export const MAPPING_KINDS = ["from_llm", "from_entity", "from_intent", "from_text", "from_trigger_intent", "controlled", "custom"] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];
export type MappingOption =
  | "entity" | "role" | "group" | "intent" | "not_intent" | "value" | "action" | "run_action_every_turn" | "coexistence_system" | "allow_nlu_correction";

/** Which options each kind of mapping has; every kind may have conditions. */
export const OPTIONS: Readonly<Record<MappingKind, readonly MappingOption[]>> = {
  from_llm: ["allow_nlu_correction"],
  from_entity: ["entity", "role", "group", "intent", "not_intent"],
  from_intent: ["intent", "not_intent", "value"],
  from_text: ["intent", "not_intent"],
  from_trigger_intent: ["intent", "not_intent", "value"],
  controlled: ["run_action_every_turn", "coexistence_system"],
  custom: ["action"],
};
/** Without these a mapping fills nothing. */
export const NEEDED: ReadonlySet<string> = new Set(["from_entity entity", "from_intent value", "from_trigger_intent value"]);
const ALL_OPTIONS: ReadonlySet<string> = new Set(Object.values(OPTIONS).flat());

export function withType(slot: JsonMap, type: string): { [key: string]: Json } {
  let next: { [key: string]: Json } = { ...slot, type };
  if (!type.endsWith("categorical")) next = withKey(next, "values", undefined);
  else if (listOf(next.values).length === 0) next.values = ["first", "second"];
  if (type !== "float") next = withKey(withKey(next, "min_value", undefined), "max_value", undefined);
  if (next.initial_value !== undefined && slot.type !== type) delete next.initial_value;
  return next;
}

/** What belongs to the kind that it was goes; what nobody here knows stays. */
export function withKind(mapping: JsonMap, kind: MappingKind): { [key: string]: Json } {
  const own: readonly string[] = OPTIONS[kind];
  const kept = Object.entries(mapping).filter(([key]) => key !== "type" && (own.includes(key) || !ALL_OPTIONS.has(key)));
  return { type: kind, ...Object.fromEntries(kept) };
}

/** Flows in which alone a mapping fills the slot. */
export function activeFlows(mapping: JsonMap): readonly string[] {
  return listOf(mapping.conditions).flatMap((row) => (isMap(row) && typeof row.active_flow === "string" ? [row.active_flow] : []));
}

/** The mapping with those flows; conditions of other kinds stay. */
export function withFlows(mapping: JsonMap, flows: readonly string[]): { [key: string]: Json } {
  const others = listOf(mapping.conditions).filter((row) => !isMap(row) || typeof row.active_flow !== "string");
  return withKey(mapping, "conditions", [...flows.map((flow): Json => ({ active_flow: flow })), ...others]);
}

/** What is wrong with the values that a slot may have. */
export function valuesFault(values: readonly string[]): string | null {
  if (values.length === 0) return words.valuesMissing;
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value.toLowerCase())) return words.valueTwice(value);
    seen.add(value.toLowerCase());
  }
  return null;
}

export function boundFault(least: Json | undefined, greatest: Json | undefined): string | null {
  return typeof least === "number" && typeof greatest === "number" && least > greatest ? words.boundsWrong : null;
}
