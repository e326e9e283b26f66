/** A value of the format as an outline that needs no brackets and braces to be read. Pure. */

import { versionStrings as words } from "../../strings/en/versions";
import type { Json } from "../api/types";

const INDENT = "  ";
const BULLET = "• ";
/** Texts that would be read as something else: "1.0" is a text, 1.0 is a number. */
const LIKE_ANOTHER = /^(?:|true|false|null|[+-]?[\d.]+(?:e[+-]?\d+)?)$/i;

/** What a designer sees of a value: nothing for none, one line for what is simple, else a line a part. */
export function shownValue(value: Json | undefined): string {
  return value === undefined || value === null ? "" : linesOf(value).join("\n");
}

function linesOf(value: Json): string[] {
  if (typeof value === "string") return LIKE_ANOTHER.test(value) ? [`“${value}”`] : value.split("\n");
  if (value === null || typeof value !== "object") return [String(value)];
  const parts = Array.isArray(value)
    ? value.map((each: Json) => linesOf(each).map((line, number) => (number === 0 ? BULLET : INDENT) + line))
    : Object.entries(value).map(([key, each]) => named(key, each as Json));
  return parts.length === 0 ? [words.emptyValue] : parts.flat();
}

function named(key: string, value: Json): string[] {
  const lines = linesOf(value);
  const isOneLine = lines.length === 1 && (value === null || typeof value !== "object" || Object.keys(value).length === 0);
  return isOneLine ? [`${key}: ${lines[0]}`] : [`${key}:`, ...lines.map((line) => INDENT + line)];
}
