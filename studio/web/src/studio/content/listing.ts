/** What the lists of content say and how they are filtered. Pure. */

import type { Finding, Outline } from "../api/types";
import { contentStrings, intentStrings, slotStrings } from "../../strings/en/content";
import { type Entry, type EntrySection, findingsAbout, isUnused, listOf, mapOf, textOf } from "./entries";
import { plainOf } from "./intents/marks";
import { missingIn, summaryOf as responseSummary } from "./responses/variations";

export interface Listing {
  readonly section: EntrySection;
  readonly outline: Outline | null;
  readonly findings: readonly Finding[];
}

export const FILTERS = ["all", "problems", "missing", "undeclared", "notFound", "unused"] as const;
export type Filter = (typeof FILTERS)[number];

/** Few example sentences teach too little. */
export const FEW_EXAMPLES = 5;

export function filtersOf(section: EntrySection): readonly Filter[] {
  if (section === "responses") return ["all", "problems", "missing", "unused"];
  if (section === "actions") return ["all", "problems", "undeclared", "notFound", "unused"];
  return ["all", "problems", "unused"];
}

/** The languages that a response should be translated to. */
export function otherLanguages(outline: Outline | null): readonly string[] {
  if (outline === null) return [];
  return outline.assistant.languages.filter((language) => language !== outline.assistant.language);
}

export function isFound(outline: Outline | null, action: string): boolean {
  return outline?.actions.find((each) => each.name === action)?.is_found ?? true;
}

export function effectOf(entry: Entry): "none" | "read" | "write" | "unset" {
  const effect = mapOf(entry.value).effect;
  return effect === "none" || effect === "read" || effect === "write" ? effect : "unset";
}

function passes(entry: Entry, filter: string, { outline, findings }: Listing): boolean {
  switch (filter) {
    case "problems":
      return findingsAbout(findings, entry.name, entry.file).length > 0;
    case "missing":
      return missingIn(entry.value, otherLanguages(outline)).length > 0;
    case "undeclared":
      return effectOf(entry) === "unset";
    case "notFound":
      return !isFound(outline, entry.name);
    case "unused":
      return isUnused(entry);
    default:
      return true;
  }
}

export function filtered(entries: readonly Entry[], filter: string, listing: Listing): readonly Entry[] {
  return filter === "all" ? entries : entries.filter((entry) => passes(entry, filter, listing));
}

export function countsOf(entries: readonly Entry[], listing: Listing): Readonly<Record<string, number>> {
  return Object.fromEntries(filtersOf(listing.section).map((filter) => [filter, filtered(entries, filter, listing).length]));
}

export function summaryOf(entry: Entry, section: EntrySection): string {
  if (section === "responses") return responseSummary(entry.value);
  if (section === "slots") return slotSummary(entry);
  if (section === "intents") {
    const examples = entry.examples ?? [];
    return [intentStrings.count(examples.length), ...examples.slice(0, 2).map(plainOf)].join(" · ");
  }
  return isUnused(entry) ? contentStrings.usedNowhere : [...(entry.used_by ?? []), ...(entry.used_in ?? []).map(({ name }) => name)].join(", ");
}

function slotSummary(entry: Entry): string {
  const value = mapOf(entry.value);
  const type = textOf(value.type);
  const known = slotStrings.types as Readonly<Record<string, string>>;
  const values = listOf(value.values).map(textOf);
  return [known[type] ?? type, values.join(", ")].filter((part) => part !== "").join(" · ");
}

/** Everything that the search of the list looks at. */
export function wordsOfEntry(entry: Entry): string {
  return [entry.name, JSON.stringify(entry.value), ...(entry.examples ?? []).map(plainOf)].join(" ");
}
