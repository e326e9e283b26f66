/** Which flows are listed, and in what order. Free of React. */

import type { FlowSummary } from "../api/types";
import { slug } from "../canvas/stepIds";

export const TAGS = ["all", "problems", "customised", "untested"] as const;
export type Tag = (typeof TAGS)[number];

export function tagOf(given: string | undefined): Tag {
  return TAGS.find((tag) => tag === given) ?? "all";
}

/** By last edit, newest first; those never edited by name. */
export function listed(flows: readonly FlowSummary[], filter: string, tag: Tag): readonly FlowSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return flows
    .filter((flow) => {
      const text = `${flow.name} ${flow.id} ${flow.description} ${flow.file}`.toLowerCase();
      return words.every((word) => text.includes(word)) && has(flow, tag);
    })
    .sort((one, other) => changed(other) - changed(one) || one.name.localeCompare(other.name));
}

function has(flow: FlowSummary, tag: Tag): boolean {
  if (tag === "problems") return flow.errors + flow.warnings > 0;
  if (tag === "customised") return flow.is_customised;
  if (tag === "untested") return !flow.is_pattern && (flow.tests === null || flow.tests.cases === 0);
  return true;
}

function changed(flow: FlowSummary): number {
  if (flow.changed_at === null) return 0;
  return typeof flow.changed_at === "number" ? flow.changed_at : Date.parse(flow.changed_at) / 1000;
}

/** Names of the flows that call this one or link to it. */
export function usersOf(flows: readonly FlowSummary[], id: string): readonly string[] {
  return flows.filter((flow) => flow.calls.includes(id) || flow.links.includes(id)).map((flow) => flow.name);
}

/** An identifier for a flow of that name. A name without Latin letters or digits gives a counted one. */
export function idFor(name: string, flows: readonly FlowSummary[]): string {
  const plain = slug(name);
  if (plain !== "" || name.trim() === "") return plain;
  for (let number = 1; ; number += 1) {
    const id = `flow_${number}`;
    if (!flows.some((flow) => flow.id === id)) return id;
  }
}
