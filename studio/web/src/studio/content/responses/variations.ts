/** Variations of a response: read from whatever stands in the file, changed without losing what is not shown. */

import type { Json } from "../../api/types";
import { isMap, type JsonMap, listOf, mapOf, textOf, withKey } from "../entries";

export const SHOWN: readonly string[] = ["text", "condition", "channel", "translation", "buttons", "image", "metadata", "allow_interruptions"];
/** What a variation can say without a text. */
const WORDLESS = ["buttons", "image", "attachment", "elements", "quick_replies", "custom", "links"];

/** A variation may be a bare text. */
export function variationsOf(value: Json): readonly JsonMap[] {
  return listOf(value).map((each) => (isMap(each) ? each : { text: textOf(each) }));
}

export function missingLanguages(variation: JsonMap, languages: readonly string[]): readonly string[] {
  if (typeof variation.text !== "string" || variation.text === "") return [];
  const translation = mapOf(variation.translation);
  return languages.filter((language) => textOf(translation[language]) === "");
}

/** Languages in which a response lacks one of its variations. */
export function missingIn(value: Json, languages: readonly string[]): readonly string[] {
  const missing = new Set(variationsOf(value).flatMap((variation) => [...missingLanguages(variation, languages)]));
  return languages.filter((language) => missing.has(language));
}

export function withTranslation(variation: JsonMap, language: string, text: string): { [key: string]: Json } {
  return withKey(variation, "translation", withKey(mapOf(variation.translation), language, text));
}

export function withMetadata(variation: JsonMap, key: string, value: Json | undefined): { [key: string]: Json } {
  return withKey(variation, "metadata", withKey(mapOf(variation.metadata), key, value));
}

/** The condition as a predicate; the older list of slots and values is written as one. */
export function conditionText(condition: Json | undefined): string {
  if (typeof condition === "string") return condition;
  const parts = listOf(condition).flatMap((row) => {
    const { name, value } = mapOf(row);
    return typeof name === "string" ? [`slots.${name} ${literal(value ?? null)}`] : [];
  });
  return parts.join(" and ");
}

function literal(value: Json): string {
  if (value === null) return "is null";
  if (typeof value === "string") return `= "${value.replace(/["\\]/g, "\\$&")}"`;
  return `= ${String(value)}`;
}

export function isOldCondition(condition: Json | undefined): boolean {
  return condition !== undefined && condition !== null && typeof condition !== "string";
}

/** A variation that shows something else may go without a text. */
export function withText(variation: JsonMap, text: string): { [key: string]: Json } {
  return WORDLESS.some((key) => key in variation) ? withKey(variation, "text", text) : { ...variation, text };
}

/** The first words of a response, for a list. */
export function summaryOf(value: Json): string {
  for (const variation of variationsOf(value)) {
    const text = textOf(variation.text).trim();
    if (text !== "") return text.split("\n").join(" ");
  }
  return "";
}
