import { describe, expect, it } from "vitest";
import { flowOf, outlineOf } from "../api/fake";
import type { Finding } from "../api/types";
import { counted, withFlows } from "./outlines";

const flows = ["one", "two"].map((id) => flowOf(id, [{ id: "ask", collect: "amount" }]));
const outline = outlineOf(flows);
const finding = (flow: string | null, severity: Finding["severity"]): Finding => ({ severity, code: "x", message: "", hint: "", file: "", line: 1, column: 1, flow, step: null, name: null });

describe("the outline after an edit", () => {
  it("has the flow's new figures and time; the others' lines stay what they are", () => {
    const changed = { ...flows[0], id: "one", name: "First", steps: [], etag: "2" } as (typeof flows)[number];
    const after = withFlows(outline, { revision: 5, flows: [changed], findings: [finding("one", "error")] }, 77);
    expect(after?.revision).toBe(5);
    expect(after?.flows[0]).toMatchObject({ name: "First", n_steps: 0, etag: "2", errors: 1, changed_at: 77 });
    expect(after?.flows[1]).toBe(outline.flows[1]);
  });

  it("does not count a step that was only moved about as a change", () => {
    const moved = { ...flows[0], positions: { ask: { x: 1, y: 2 } } } as (typeof flows)[number];
    expect(withFlows(outline, { revision: 5, flows: [moved], findings: [] }, 77)?.flows[0]?.changed_at).toBeNull();
  });

  it("counts errors and warnings by flow", () => {
    const told = counted(outline, [finding("two", "warning"), finding("two", "error"), finding("two", "error"), finding(null, "error")]);
    expect(told?.flows.map(({ errors, warnings }) => [errors, warnings])).toEqual([[0, 0], [2, 1]]);
  });
});
