/** Changes single settings in a YAML text of keys, and keys within keys, as voice.yml is. Comments and order stay.
 *
 * Pure, and small on purpose: where a section is not written as a block (`turns: {…}`), the section is written anew from
 * its values, which the server has read.
 */

import type { Json } from "../../api/types";
import { isMap } from "../entries";

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
/** Words that YAML takes for something else than text. */
const SPECIAL = /^(true|false|null|yes|no|on|off|~|y|n|[-+]?(\d[\d_]*)?\.?\d+([eE][-+]?\d+)?|0x[0-9a-f]+|\d+(:\d+)+|\d{4}-\d{2}-\d{2}.*)$/i;

/** Write a value on one line. */
export function inline(value: Json): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (isMap(value)) return `{${Object.entries(value).map(([key, inner]) => `${quoted(key)}: ${inline(inner)}`).join(", ")}}`;
  return String(value);
}

function quoted(text: string): string {
  const isPlain = /^[\p{L}\p{N}_/][\p{L}\p{N}_ ./-]*$/u.test(text) && !SPECIAL.test(text) && text.trim() === text && !text.includes(" #");
  return isPlain ? text : JSON.stringify(text);
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isContent = (line: string): boolean => line.trim() !== "" && !line.trimStart().startsWith("#");

interface Extent {
  readonly start: number;
  /** After the last line that belongs to it; blank lines and comments before the next key do not. */
  readonly end: number;
}

function keyOn(line: string): string | null {
  const match = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s#"'[\]{},&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?))\s*:(?:\s|$)/u.exec(line);
  if (match === null) return null;
  if (match[1] !== undefined) return JSON.parse(`"${match[1]}"`) as string;
  return match[2]?.replace(/''/g, "'") ?? match[3] ?? null;
}

function extentOf(lines: readonly string[], key: string, from: number, to: number, indent: number): Extent | null {
  for (let at = from; at < to; at += 1) {
    const line = lines[at] ?? "";
    if (!isContent(line) || indentOf(line) !== indent || keyOn(line) !== key) continue;
    let end = at + 1;
    for (let next = at + 1; next < to; next += 1) {
      const inner = lines[next] ?? "";
      if (!isContent(inner)) continue;
      const isListOfKey = indentOf(inner) === indent && inner.trimStart().startsWith("- ");
      if (indentOf(inner) <= indent && !isListOfKey) break;
      end = next + 1;
    }
    return { start: at, end };
  }
  return null;
}

/** The words after a value on its line. */
function commentOf(line: string): string {
  const match = /(\s+#.*)$/.exec(line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, (text) => "x".repeat(text.length)));
  return match === null ? "" : line.slice(line.length - (match[1] ?? "").length);
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Set a key of the top level; undefined removes it. */
export function withTopKey(text: string, key: string, value: Json | undefined): string {
  const lines = splitLines(text);
  const found = extentOf(lines, key, 0, lines.length, 0);
  const written = value === undefined ? [] : blockOf(key, value, 0);
  if (found === null) return joined([...lines, ...written]);
  if (written.length === 1 && found.end === found.start + 1) written[0] += commentOf(lines[found.start] ?? "");
  return joined([...lines.slice(0, found.start), ...written, ...lines.slice(found.end)]);
}

function blockOf(key: string, value: Json, indent: number): string[] {
  const pad = " ".repeat(indent);
  const name = NAME.test(key) && !SPECIAL.test(key) ? key : quoted(key);
  if (isMap(value) && Object.keys(value).length > 0) {
    return [`${pad}${name}:`, ...Object.entries(value).flatMap(([inner, each]) => blockOf(inner, each, indent + 2))];
  }
  return [`${pad}${name}: ${inline(value)}`];
}

/** Set a key within a section; undefined removes it, and the section with its last key. `section` is what the server read. */
export function withSetting(text: string, name: string, key: string, value: Json | undefined, section: Json): string {
  const lines = splitLines(text);
  const found = extentOf(lines, name, 0, lines.length, 0);
  const values: { [key: string]: Json } = { ...(isMap(section) ? section : {}) };
  if (value === undefined) delete values[key];
  else values[key] = value;
  if (Object.keys(values).length === 0) return withTopKey(text, name, undefined);
  const head = lines[found?.start ?? 0] ?? "";
  const isBlock = found !== null && new RegExp(`:\\s*(#.*)?$`).test(head.trimEnd());
  if (!isBlock) return withTopKey(text, name, values);
  const first = lines.slice(found.start + 1, found.end).find(isContent);
  const indent = first === undefined ? 2 : indentOf(first);
  if (indent === 0) return withTopKey(text, name, values);
  const inner = extentOf(lines, key, found.start + 1, found.end, indent);
  const written = value === undefined ? [] : blockOf(key, value, indent);
  if (inner === null) return joined([...lines.slice(0, found.end), ...written, ...lines.slice(found.end)]);
  if (written.length === 1 && inner.end === inner.start + 1) written[0] += commentOf(lines[inner.start] ?? "");
  return joined([...lines.slice(0, inner.start), ...written, ...lines.slice(inner.end)]);
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
