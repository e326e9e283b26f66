import { describe, expect, it } from "vitest";
import { flowOf } from "../api/fake";
import { type Comment, openCount, threadsOf } from "../comments/threads";
import { hasTests, heatOf, progressOf } from "../coverage/heat";
import type { CanvasActions } from "./CanvasContext";
import { menuEntries } from "./menuEntries";
import { canRun, run } from "./stepKeys";

const FLOW = flowOf("pay", [
  { id: "ask", collect: "amount", next: [{ if: "slots.amount > 500", then: "check" }, { else: "say" }] },
  { id: "check", action: "action_check" },
  { id: "say", action: "utter_paid", next: "END" },
]);

function comment(id: string, step: string | null, thread: string | null = null, isSettled = false): Comment {
  return { id, flow: "pay", step, text: id, person_id: "a", person_name: "Anna", at: 1, thread, is_settled: isSettled, changed_at: null };
}

describe("threads", () => {
  const known = new Set(["ask", "check", "say"]);

  it("stand at their steps, with their answers", () => {
    const threads = threadsOf([comment("1", "ask"), comment("2", "ask", "1"), comment("3", null), comment("4", "ask", null, true)], "pay", known);
    expect([...threads].map(([place, rows]) => [place, rows.map((row) => [row.first.id, row.answers.map((answer) => answer.id)])])).toEqual([
      ["ask", [["1", ["2"]], ["4", []]]],
      [null, [["3", []]]],
    ]);
    expect([openCount(threads.get("ask")), openCount(threads.get("say"))]).toEqual([1, 0]);
  });

  it("of steps that are gone stand at the flow, and an answer without its comment stands alone", () => {
    const threads = threadsOf([comment("1", "old"), comment("2", "ask", "gone"), { ...comment("3", "ask"), flow: "other" }], "pay", known);
    expect(threads.get(null)?.map((row) => row.goneStep)).toEqual(["old"]);
    expect(threads.get("ask")?.map((row) => row.first.id)).toEqual(["2"]);
  });
});

describe("heat", () => {
  const covered = { etag: "", cases: 3, steps: { ask: 3, check: 0, say: 3 }, edges: { "START -> ask": 3, "ask -> check": 0, "ask -> say": 3, "say -> END": 3 } };

  it("counts by key and by edge", () => {
    const heat = heatOf(FLOW, covered);
    expect([...heat.runs]).toEqual([["ask", 3], ["check", 0], ["say", 3]]);
    expect(heat.ways.get("ask|if|0")).toBe(0);
    expect(heat.ways.get("ask|else|1")).toBe(3);
    expect(heat.warmth["ask|if|0"]).toBe(0);
    expect(heat.warmth["START|next|0"]).toBe(1);
    expect(heat.coveredSteps).toBe(2);
  });

  it("knows nothing of steps that are newer", () => {
    expect(heatOf(flowOf("pay", [{ id: "new", action: "utter_new" }]), covered).runs.get("new")).toBe(0);
  });

  it("reads how far a run is", () => {
    expect([progressOf("[3/12] passed a.yml::b"), progressOf(undefined), progressOf("Loading")]).toEqual([{ done: 3, all: 12 }, { done: 0, all: 0 }, { done: 0, all: 0 }]);
  });

  it("knows tests from what stands beside them", () => {
    expect([hasTests(["e2e_tests/a.yml"]), hasTests(["tests/x/b.yaml"]), hasTests(["e2e_tests/commands.yml", "data/tests/a.yml"])]).toEqual([true, true, false]);
  });
});

describe("keys of the flow", () => {
  const told = (isReadOnly: boolean): { actions: CanvasActions; calls: string[] } => {
    const calls: string[] = [];
    const actions = new Proxy({ isReadOnly } as CanvasActions, {
      get: (target, name) => (name in target ? target[name as keyof CanvasActions] : (...given: unknown[]) => void calls.push([String(name), ...given].join(" "))),
    });
    return { actions, calls };
  };

  it("do the same wherever they are pressed", () => {
    const { actions, calls } = told(false);
    expect(["rename", "connect", "delete", "comment", "all", "undo"].map((id) => run(id as never, "ask", actions))).toEqual([true, true, true, true, true, false]);
    expect(calls).toEqual(["askRename ask", "askConnect ask", "remove", "openComments ask", "selectAll"]);
  });

  it("change nothing in a flow that cannot be changed", () => {
    const { actions, calls } = told(true);
    for (const id of ["rename", "connect", "delete", "tidy", "add", "duplicate"] as const) expect(run(id, "ask", actions)).toBe(true);
    expect(calls).toEqual([]);
    expect([canRun("copy", "ask", actions), canRun("cut", "ask", actions)]).toEqual([true, false]);
  });
});

describe("the menu of the right mouse button", () => {
  const usual = { isReadOnly: false, opens: false, canUndo: true, canRedo: false };
  const names = (entries: ReturnType<typeof menuEntries>): string[] => entries.flatMap((entry) => (entry === null ? [] : [`${entry.id}${entry.isDisabled ? "!" : ""}`]));

  it("offers what can be done there", () => {
    expect(names(menuEntries({ kind: "step", key: "ask" }, usual))).toEqual(["form", "comment", "add", "connect", "rename", "cut", "copy", "paste", "duplicate", "delete"]);
    expect(names(menuEntries({ kind: "step", key: "ask" }, { ...usual, opens: true }))).toContain("open");
    expect(names(menuEntries({ kind: "flow" }, usual))).toEqual(["add", "paste", "all", "tidy", "fit", "undo", "redo!", "comment"]);
    expect(menuEntries({ kind: "edge", at: { from: "ask", kind: "next", index: 0 } }, usual).map((entry) => entry?.label ?? "")).toContain("Remove connection");
  });

  it("names every entry", () => {
    for (const subject of [{ kind: "step", key: "ask" }, { kind: "step", key: "START" }, { kind: "flow" }] as const) {
      expect(menuEntries(subject, { ...usual, opens: true }).every((entry) => entry === null || entry.label !== undefined)).toBe(true);
    }
  });

  it("offers nothing that changes a built-in flow", () => {
    expect(names(menuEntries({ kind: "step", key: "ask" }, { ...usual, isReadOnly: true })).filter((name) => !name.endsWith("!"))).toEqual(["form", "comment", "copy"]);
  });
});
