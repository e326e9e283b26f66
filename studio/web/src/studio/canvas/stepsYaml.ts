/** Steps as YAML for the clipboard: what a text editor, another tab or another flow can take. */

import { END, type Edge, type Flow, type Json, type Step } from "../api/types";
import { outgoingOf } from "./graph";
import { writtenItem, writtenStep } from "./writtenSteps";

const PLAIN = /^[A-Za-z_][A-Za-z0-9_ ./-]*$/;
const RESERVED = /^(true|false|yes|no|on|off|null|none|~|end)$/i;

/** One value in YAML; texts that could be read as something else are quoted. */
export function scalar(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !RESERVED.test(value) && value.trim() === value ? value : JSON.stringify(value);
}

function block(value: Json, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []\n";
    return `\n${value.map((item) => listItem(item, indent)).join("")}`;
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return " {}\n";
    return `\n${entries.map(([key, each]) => `${indent}  ${scalar(key)}:${block(each, `${indent}  `)}`).join("")}`;
  }
  return ` ${scalar(value)}\n`;
}

function listItem(item: Json, indent: string): string {
  if (item !== null && typeof item === "object" && !Array.isArray(item) && Object.keys(item).length > 0) {
    const lines = Object.entries(item).map(([key, each]) => `${scalar(key)}:${block(each, `${indent}    `)}`);
    return lines.map((line, index) => `${indent}  ${index === 0 ? "- " : "  "}${line}`).join("");
  }
  return `${indent}  - ${scalar(item)}\n`;
}

/** Write steps of a flow as a YAML list, with their comments. Steps without an id that others lead to get one. */
export function stepsAsYaml(flow: Flow, keys: readonly string[]): string {
  const wanted = new Set(keys);
  const steps = flow.steps.filter((step) => wanted.has(step.key));
  const ids = idsOf(flow, steps, wanted);
  return steps
    .map((step, index) => {
      const after = steps[index + 1]?.key;
      const next = nextOf(flow, step, ids, wanted, after);
      const id = ids.get(step.key);
      const written = writtenStep(flow, step);
      if (written !== null) return writtenItem(written, id, isKept(flow, step, next) ? undefined : next === null ? null : nextLines(next));
      const map: Record<string, Json> = {
        ...(id === undefined ? {} : { id }),
        ...step.fields,
        ...(next === null ? {} : { next }),
      };
      return listItem(map, "  ").replace(/^ {4}/gm, "");
    })
    .join("");
}

function nextLines(next: Json): readonly string[] {
  return `next:${block(next, "")}`.trimEnd().split("\n");
}

/** Whether its ways on can be copied as they are written: to steps that stand elsewhere under names of their own. */
function isKept(flow: Flow, step: Step, next: Json): boolean {
  const depth = step.path.length;
  const hasNested = flow.steps.some((other) => other.path.length > depth && step.path.every((part, index) => other.path[index] === part));
  const ids = new Map(flow.steps.map((other) => [other.key, other.id]));
  const areNamed = outgoingOf(flow, step.key).every((edge) => !edge.is_implicit && (edge.to === null || edge.to === END || (ids.get(edge.to) ?? null) !== null));
  return next !== null && !hasNested && areNamed;
}

function idsOf(flow: Flow, steps: readonly Step[], wanted: ReadonlySet<string>): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set(flow.steps.map((step) => step.id));
  const targets = new Set(flow.edges.filter((edge) => wanted.has(edge.from)).map((edge) => edge.to));
  let number = 1;
  for (const step of steps) {
    if (step.id !== null) ids.set(step.key, step.id);
    else if (targets.has(step.key)) {
      while (taken.has(`step_${number}`)) number += 1;
      ids.set(step.key, `step_${number}`);
      taken.add(`step_${number}`);
    }
  }
  return ids;
}

function nextOf(
  flow: Flow,
  step: Step,
  ids: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
  after: string | undefined,
): Json {
  const outgoing = outgoingOf(flow, step.key);
  const named = (edge: Edge): string | null => {
    if (edge.to === END) return END;
    if (edge.to === null) return edge.to_id;
    const inside = ids.get(edge.to);
    if (inside !== undefined) return inside;
    return wanted.has(edge.to) ? null : (flow.steps.find((each) => each.key === edge.to)?.id ?? null);
  };
  const [only] = outgoing;
  if (only === undefined || step.type === "link") return null;
  if (only.kind === "next") {
    const isFollowing = only.to === after && after !== undefined;
    const leavesSelection = only.to !== null && only.to !== END && !wanted.has(only.to);
    // A way on that leads out of what is copied is left open: at its new place the list goes on.
    return isFollowing || leavesSelection || only.is_implicit ? null : named(only);
  }
  return outgoing.map((edge): Json => {
    const target = named(edge) ?? END;
    return edge.kind === "else" ? { else: target } : { if: edge.condition ?? "", then: target };
  });
}

/** Whether a text could be a list of steps: asked before anything is sent to the server. */
export function looksLikeSteps(text: string): boolean {
  return /^\s*(steps:\s*\n\s*)?-\s+("?(id|action|collect|set_slots|link|call|noop)"?):/m.test(text) && text.length < 500_000;
}
