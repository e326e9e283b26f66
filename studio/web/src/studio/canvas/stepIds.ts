/** Names for new steps: short, telling, and free in their flow. */

import type { Flow, StepType } from "../api/types";

const PREFIX: Partial<Record<StepType, string>> = { collect: "ask", action: "do", set_slots: "set", call: "run", noop: "branch", link: "go" };

export function freshId(flow: Flow, type: StepType, target: string): string {
  const about = target.replace(/^(utter|action)_/, "").replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase();
  const prefix = target.startsWith("utter_") ? "say" : (PREFIX[type] ?? "step");
  const wanted = about === "" ? prefix : `${prefix}_${about}`.slice(0, 60);
  const taken = new Set(flow.steps.map((step) => step.id));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}_${number}`)) number += 1;
  return `${wanted}_${number}`;
}

/** A name for files from what a person typed: `Book a table!` → `book_a_table`. */
export function slug(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "_")
    .replace(/^[_-]+|[_-]+$/g, "");
  return plain.slice(0, 60);
}

export const FLOW_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;
