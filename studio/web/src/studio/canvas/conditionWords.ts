/** A predicate as a person would say it: `slots.amount > 500 and not slots.vip` → "amount > 500 and not vip". */

import { canvasStrings } from "../../strings/en/canvas";
import type { Edge } from "../api/types";

/** A name of a file as words: `ask_book_time` → "ask book time". */
export function named(name: string): string {
  const plain = name.replace(/[_-]+/g, " ").trim();
  return plain === "" ? name : plain;
}

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/\s+is not (null|undefined|none)\b/gi, " is known"],
  [/\s+!= (null|undefined|none)\b/gi, " is known"],
  [/\s+(is|==|=) (null|undefined|none)\b/gi, " is not known"],
  [/\s+(is|==|=) true\b/gi, " is yes"],
  [/\s+(is|==|=) false\b/gi, " is no"],
  [/\s+(is not|!=)\s+/gi, " is not "],
  [/\s+(==|=)\s+/g, " is "],
  [/>=/g, "≥"],
  [/<=/g, "≤"],
];

export function conditionWords(condition: string): string {
  // Quoted texts stay as they are: only what stands between them is put into words.
  const parts = condition.split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/);
  return parts
    .map((part, index) => (index % 2 === 1 ? part.slice(1, -1) : inWords(part)))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

function inWords(text: string): string {
  let said = text;
  for (const [pattern, words] of REPLACED) said = said.replace(pattern, words);
  return said.replace(/\b(?:slots|context)\.([A-Za-z0-9_]+)/g, (_, name: string) => named(name));
}

/** What stands on an edge; empty on a plain one. */
export function edgeWords(edge: Edge): string {
  if (edge.kind === "else") return canvasStrings.edge.otherwise;
  if (edge.kind !== "if") return "";
  return edge.condition === null || edge.condition === "" ? canvasStrings.edge.condition : conditionWords(edge.condition);
}
