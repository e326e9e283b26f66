/** Marks of entities in an example sentence: `[Anna](name)` or `[Anna]{"entity": "name", "role": "payee"}`. Pure. */

import { listOf, mapOf, textOf } from "../entries";
import type { Json } from "../../api/types";

export interface Segment {
  readonly text: string;
  readonly entity: string | null;
  /** Role, group and value, where they are given. */
  readonly parts: readonly string[];
  /** How the mark is written after the brackets. */
  readonly mark: string;
}

const MARK = /\[([^\]]+)\](?:\(([^)]*)\)|(\{[^}]*\}))/g;

export function segmentsOf(example: string): readonly Segment[] {
  const found: Segment[] = [];
  let at = 0;
  for (const match of example.matchAll(MARK)) {
    if (match.index > at) found.push({ text: example.slice(at, match.index), entity: null, parts: [], mark: "" });
    found.push({ text: match[1] ?? "", ...entityIn(match[2], match[3]), mark: match[0].slice((match[1] ?? "").length + 2) });
    at = match.index + match[0].length;
  }
  if (at < example.length) found.push({ text: example.slice(at), entity: null, parts: [], mark: "" });
  return found;
}

function entityIn(plain: string | undefined, json: string | undefined): Pick<Segment, "entity" | "parts"> {
  if (plain !== undefined) {
    const [entity = "", ...value] = plain.split(":");
    return { entity, parts: value };
  }
  try {
    const read = mapOf(JSON.parse(json ?? "") as Json);
    return { entity: textOf(read.entity), parts: ["role", "group", "value"].map((key) => textOf(read[key])).filter((part) => part !== "") };
  } catch {
    return { entity: "", parts: [] };
  }
}

/** An entity of the outline. */
interface Markable {
  readonly name: string;
  readonly options?: Json;
}

export interface MarkChoice {
  readonly value: string;
  readonly hint?: string;
}

const OF = " · ";

/** Every entity, and every entity in each of its roles and groups. */
export function markChoices(entities: readonly Markable[]): readonly MarkChoice[] {
  return entities.flatMap(({ name, options }) => {
    const given = mapOf(options);
    const parts = (["roles", "groups"] as const).flatMap((key) => listOf(given[key]).map((part) => ({ value: `${name}${OF}${textOf(part)}`, hint: key.slice(0, -1) })));
    return [{ value: name }, ...parts];
  });
}

/** What stands behind the brackets for a choice: `(name)`, or `{"entity": "name", "role": "payee"}`. */
function markOf(choice: string, entities: readonly Markable[]): string {
  const [entity = "", part] = choice.split(OF);
  if (part === undefined) return `(${choice})`;
  const given = mapOf(entities.find(({ name }) => name === entity)?.options);
  const kind = listOf(given.roles).map(textOf).includes(part) ? "role" : "group";
  return `{"entity": ${JSON.stringify(entity)}, "${kind}": ${JSON.stringify(part)}}`;
}

/** What a caller would say: the sentence without its marks. */
export function plainOf(example: string): string {
  return segmentsOf(example).map((segment) => segment.text).join("");
}

/** Mark what is selected; null where the selection is empty or cuts through a mark. */
export function marked(example: string, start: number, end: number, choice: string, entities: readonly Markable[] = []): string | null {
  const picked = example.slice(start, end);
  const text = picked.trim();
  if (text === "" || /[[\]]/.test(text)) return null;
  const from = start + picked.indexOf(text);
  for (const match of example.matchAll(MARK)) {
    if (from < match.index + match[0].length && from + text.length > match.index) return null;
  }
  return `${example.slice(0, from)}[${text}]${markOf(choice, entities)}${example.slice(from + text.length)}`;
}

/** Sentences of a pasted text: one a line, without the dashes of a YAML list. */
export function sentencesOf(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.replace(/^\s*[-*•]\s+/, "").trim()).filter((line) => line !== "");
}

export function twice(examples: readonly string[]): ReadonlySet<number> {
  const seen = new Map<string, number>();
  const found = new Set<number>();
  examples.forEach((example, index) => {
    const key = plainOf(example).toLowerCase();
    if (key !== "" && seen.has(key)) found.add(index);
    else seen.set(key, index);
  });
  return found;
}
