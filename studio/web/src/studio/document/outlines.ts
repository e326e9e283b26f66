/** What the outline says after an edit, worked out here until the server sends a new one. Free of React. */

import type { Edited, Finding, Flow, FlowSummary, Outline } from "../api/types";

/** Put an edit's flows into the list of flows. `now`: seconds, as the server tells the time of a change. */
export function withFlows(outline: Outline | null, edited: Pick<Edited, "revision" | "flows" | "findings">, now: number): Outline | null {
  if (outline === null) return null;
  const changed = new Map(edited.flows.map((flow) => [flow.id, flow]));
  const flows = outline.flows.map((summary) => {
    const flow = changed.get(summary.id);
    return flow === undefined ? summary : summaryOf(summary, flow, now);
  });
  return counted({ ...outline, revision: edited.revision, flows }, edited.findings);
}

function summaryOf(old: FlowSummary, flow: Flow, now: number): FlowSummary {
  const { name, description, etag } = flow;
  // Steps that were only moved about on the canvas are no change of the flow.
  const changed_at = etag === old.etag ? old.changed_at : now;
  return { ...old, name, description, n_steps: flow.steps.length, etag, changed_at };
}

/** Count what is wrong by flow. Lines whose figures stay as they are stay the same objects, and are not drawn again. */
export function counted(outline: Outline | null, findings: readonly Finding[]): Outline | null {
  if (outline === null) return null;
  const errors = new Map<string, number>();
  const all = new Map<string, number>();
  for (const { flow, severity } of findings) {
    if (flow === null) continue;
    all.set(flow, (all.get(flow) ?? 0) + 1);
    if (severity === "error") errors.set(flow, (errors.get(flow) ?? 0) + 1);
  }
  const flows = outline.flows.map((summary) => {
    const own = errors.get(summary.id) ?? 0;
    const warnings = (all.get(summary.id) ?? 0) - own;
    const wrong = own + (summary.unreadable === undefined || summary.unreadable === null ? 0 : 1);
    return summary.errors === wrong && summary.warnings === warnings ? summary : { ...summary, errors: wrong, warnings };
  });
  return { ...outline, flows };
}
