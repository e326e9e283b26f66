/** What the content pages know of an entry: its shape from the server, and reading values that may be anything. */

import type { Finding, Json, Unreadable } from "../api/types";

export const SECTIONS = ["responses", "slots", "intents", "entities", "lexicon", "voice", "actions", "documents"] as const;
export type SectionName = (typeof SECTIONS)[number];
/** Sections whose entries are single things with a form. */
export type EntrySection = "responses" | "slots" | "intents" | "entities" | "actions";

export interface Entry {
  readonly name: string;
  readonly value: Json;
  readonly file?: string | null;
  readonly line?: number;
  /** Flows. */
  readonly used_by?: readonly string[];
  /** Who else names it: other entries, examples, files of code. */
  readonly used_in?: readonly { readonly section: string; readonly name: string }[];
  readonly examples?: readonly string[];
  /** Of an entity: the words of its lookup table. */
  readonly lookup?: readonly string[];
  readonly unreadable?: Unreadable | null;
}

export interface DocumentEntry {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly is_editable: boolean;
}

export type JsonMap = Readonly<Record<string, Json>>;

/** Whether nothing in the project names it. */
export function isUnused(entry: Entry): boolean {
  return (entry.used_by ?? []).length === 0 && (entry.used_in ?? []).length === 0;
}

export function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function mapOf(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

export function textOf(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

/** The map with one key set; undefined, an empty text, list or map takes the key out. */
export function withKey(map: JsonMap, key: string, value: Json | undefined): { [key: string]: Json } {
  const next: { [key: string]: Json } = { ...map };
  const isEmpty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0) || (isMap(value) && Object.keys(value).length === 0);
  if (isEmpty) delete next[key];
  else next[key] = value;
  return next;
}

export function replacedAt<T>(list: readonly T[], index: number, value: T): T[] {
  return list.map((each, at) => (at === index ? value : each));
}

export function withoutAt<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, at) => at !== index);
}

export function movedUp<T>(list: readonly T[], index: number): T[] {
  const next = [...list];
  const [moved] = next.splice(index, 1);
  if (moved !== undefined) next.splice(Math.max(0, index - 1), 0, moved);
  return next;
}

export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

export type NameFault = "missing" | "taken" | "wrong" | "response";

/** What is wrong with a new name, if anything. */
export function nameFault(name: string, section: EntrySection, taken: readonly string[]): NameFault | null {
  if (name === "") return "missing";
  if (!/^[\p{L}_][\p{L}\p{N}_./-]{0,199}$/u.test(name) || /^\d/.test(name)) return "wrong";
  if (section === "responses" && !name.startsWith("utter_")) return "response";
  return taken.includes(name) ? "taken" : null;
}

/** Findings about an entry of a section, told by its name. */
export function findingsAbout(findings: readonly Finding[], name: string, file: string | null | undefined): readonly Finding[] {
  return findings.filter((finding) => finding.name === name && (finding.flow === null || finding.file === file));
}

/** The entries whose words match all that was typed. */
export function matching<T>(entries: readonly T[], typed: string, words: (entry: T) => string): readonly T[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return entries;
  return entries.filter((entry) => {
    const text = words(entry).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
