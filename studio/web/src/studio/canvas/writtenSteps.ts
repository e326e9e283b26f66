/** A step as it is written in the flow's file, with its comments. Free of React.
 *
 * The text of a flow can be older than its steps while an edit is on its way: what does not say the same is not used.
 */

import type { Flow, Json, Step } from "../api/types";

export interface WrittenPart {
  readonly key: string;
  /** Its comments, its key and its value, as far left as the step's keys stand. */
  readonly lines: readonly string[];
}

export interface WrittenStep {
  /** The comments above the step. */
  readonly lead: readonly string[];
  readonly parts: readonly WrittenPart[];
  /** Comments behind the last key. */
  readonly trail: readonly string[];
}

const ITEM = /^(\s*)-( +)(?=[^\s#-])/;
const KEY = /^(?:"([^"\\]+)"|'([^']+)'|([\w-]+))\s*:(?=\s|$)/;
const COMMENT = /^\s*#/;

/** null where the step is written in a way of its own, such as `{…}` on one line, or as it was before an edit. */
export function writtenStep(flow: Flow, step: Step): WrittenStep | null {
  const lines = (flow.text ?? "").split("\n");
  const first = step.line - flow.line;
  const item = ITEM.exec(lines[first] ?? "");
  if (step.line <= 0 || item === null) return null;
  const dash = item[1]?.length ?? 0;
  const column = item[0].length;
  let above = first;
  while (above > 0 && COMMENT.test(lines[above - 1] ?? "") && indent(lines[above - 1] ?? "") === dash) above -= 1;
  let end = Math.max(first, Math.min(step.end_line - flow.line, lines.length - 1));
  while (COMMENT.test(lines[end + 1] ?? "") && indent(lines[end + 1] ?? "") >= column) end += 1;
  const body = [" ".repeat(column) + (lines[first] ?? "").slice(column), ...lines.slice(first + 1, end + 1)];
  if (body.some((line) => line.trim() !== "" && indent(line) < column && !COMMENT.test(line))) return null;
  const { parts, trail } = partsOf(body.map((line) => line.slice(Math.min(column, indent(line)))));
  const written: WrittenStep = { lead: lines.slice(above, first).map((line) => line.trim()), parts, trail };
  return saysTheSame(written, step) ? written : null;
}

function partsOf(body: readonly string[]): { parts: WrittenPart[]; trail: string[] } {
  const parts: { key: string; lines: string[] }[] = [];
  let waiting: string[] = [];
  for (const line of body) {
    const found = KEY.exec(line);
    const key = found?.[1] ?? found?.[2] ?? found?.[3];
    if (key !== undefined) {
      parts.push({ key, lines: [...waiting, line] });
      waiting = [];
    } else if (line.startsWith("#") || line.trim() === "") waiting.push(line);
    else {
      parts.at(-1)?.lines.push(...waiting, line);
      waiting = [];
    }
  }
  return { parts, trail: waiting.filter((line) => line.trim() !== "") };
}

function saysTheSame(written: WrittenStep, step: Step): boolean {
  const keys = written.parts.map((part) => part.key);
  const wanted = [...(step.id === null ? [] : ["id"]), ...Object.keys(step.fields)];
  const others = keys.filter((key) => key !== "next");
  if (new Set(keys).size !== keys.length || others.length !== wanted.length || !wanted.every((key) => others.includes(key))) return false;
  return written.parts.every((part) => {
    if (part.key === "next") return true;
    const text = part.lines.join("\n");
    return leavesOf(part.key === "id" ? step.id : (step.fields[part.key] ?? null)).every((leaf) => text.includes(leaf));
  });
}

/** Every name and text in a value, of long ones the first words. */
function leavesOf(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (value !== null && typeof value === "object") return Object.entries(value).flatMap(([key, each]) => [key, ...leavesOf(each)]);
  return typeof value === "string" ? [(value.trim().split("\n")[0] ?? "").slice(0, 40).trim()] : [];
}

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

/** The step as an item of a list: with an id that it may need, and with another way on (null: none, undefined: as written). */
export function writtenItem(written: WrittenStep, id: string | undefined, next: readonly string[] | null | undefined): string {
  const parts = written.parts.filter((part) => part.key !== "next" || next === undefined).map((part) => part.lines);
  const hasId = written.parts.some((part) => part.key === "id");
  const all = [...(hasId || id === undefined ? [] : [[`id: ${id}`]]), ...parts, ...(next === null || next === undefined ? [] : [next]), written.trail];
  const lines = all.flat();
  const begin = lines.findIndex((line) => !line.startsWith("#") && line.trim() !== "");
  const rest = lines.slice(begin + 1).map((line) => (line.trim() === "" ? "" : `  ${line}`));
  return `${[...written.lead, ...lines.slice(0, begin).filter((line) => line.trim() !== ""), `- ${lines[begin] ?? ""}`, ...rest].join("\n").trimEnd()}\n`;
}
