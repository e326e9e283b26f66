/** Marks of entities in an example sentence: `[Anna](name)` or `[Anna]{"entity": "name", "role": "payee"}`. Pure. */

export interface Segment {
  readonly text: string;
  readonly entity: string | null;
  /** How the mark is written after the brackets. */
  readonly mark: string;
}

const MARK = /\[([^\]]+)\](?:\(([^)]*)\)|(\{[^}]*\}))/g;

export function segmentsOf(example: string): readonly Segment[] {
  const found: Segment[] = [];
  let at = 0;
  for (const match of example.matchAll(MARK)) {
    if (match.index > at) found.push({ text: example.slice(at, match.index), entity: null, mark: "" });
    found.push({ text: match[1] ?? "", entity: entityIn(match[2], match[3]), mark: match[0].slice((match[1] ?? "").length + 2) });
    at = match.index + match[0].length;
  }
  if (at < example.length) found.push({ text: example.slice(at), entity: null, mark: "" });
  return found;
}

function entityIn(plain: string | undefined, json: string | undefined): string {
  if (plain !== undefined) return plain.split(":")[0] ?? "";
  try {
    const read = JSON.parse(json ?? "") as { entity?: unknown };
    return typeof read.entity === "string" ? read.entity : "";
  } catch {
    return "";
  }
}

/** What a caller would say: the sentence without its marks. */
export function plainOf(example: string): string {
  return segmentsOf(example).map((segment) => segment.text).join("");
}

/** Mark what is selected; null where the selection is empty or cuts through a mark. */
export function marked(example: string, start: number, end: number, entity: string): string | null {
  const picked = example.slice(start, end);
  const text = picked.trim();
  if (text === "" || /[[\]]/.test(text)) return null;
  const from = start + picked.indexOf(text);
  for (const match of example.matchAll(MARK)) {
    if (from < match.index + match[0].length && from + text.length > match.index) return null;
  }
  return `${example.slice(0, from)}[${text}](${entity})${example.slice(from + text.length)}`;
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
