import { describe, expect, it } from "vitest";
import { flowOf, type ShortStep } from "../api/fake";
import { START } from "../api/types";
import { NODE_HEIGHT, NODE_WIDTH, toGraph } from "./graph";
import { placed, type Positions, tidied, withRoom } from "./layout";
import { lanePath, lanesFor } from "./routing";

const BRANCHED = flowOf("branched", [
  { id: "ask", collect: "amount", next: [{ if: "slots.amount > 5", then: "much" }, { if: "slots.amount > 2", then: "some" }, { else: "little" }] },
  { id: "much", action: "utter_much", next: "join" },
  { id: "some", action: "utter_some", next: "join" },
  { id: "little", action: "utter_little", next: "ask" },
  { id: "join", action: "utter_done", next: "END" },
]);

/** Like `big_flow` of the browser tests. */
function large(count: number): ShortStep[] {
  const steps: ShortStep[] = [];
  for (let n = 0; n < count / 8; n += 1) {
    const after = n === count / 8 - 1 ? "END" : `ask_${n + 1}`;
    steps.push(
      { id: `ask_${n}`, collect: "day" },
      { id: `find_${n}`, action: "action_find" },
      { id: `branch_${n}`, noop: true, next: [{ if: "slots.amount > 0", then: `yes_${n}` }, { if: "slots.amount < 0", then: `odd_${n}` }, { else: `no_${n}` }] },
      { id: `yes_${n}`, action: "utter_yes" },
      { id: `more_${n}`, action: "utter_more", next: after },
      { id: `odd_${n}`, action: "utter_odd", next: after },
      { id: `no_${n}`, action: "utter_no" },
      { id: `clear_${n}`, set_slots: [{ day: null }], next: after },
    );
  }
  return steps;
}

function overlaps(at: Positions, keys: readonly string[]): string[] {
  const found: string[] = [];
  for (const one of keys) {
    for (const other of keys) {
      const a = at[one];
      const b = at[other];
      if (one >= other || a === undefined || b === undefined) continue;
      if (Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT) found.push(`${one} ${other}`);
    }
  }
  return found;
}

describe("tidied", () => {
  it("keeps branches from left to right in the order of the file", () => {
    const at = tidied(BRANCHED);
    const xs = ["much", "some", "little"].map((key) => at[key]?.x ?? Number.NaN);
    expect(xs).toEqual([...xs].sort((one, other) => one - other));
    expect(new Set(xs).size).toBe(3);
  });

  it("puts everything onto the grid, apart and below what leads there", () => {
    const at = tidied(BRANCHED);
    expect(Object.values(at).every(({ x, y }) => x % 10 === 0 && y % 10 === 0)).toBe(true);
    expect(overlaps(at, BRANCHED.steps.map((step) => step.key))).toEqual([]);
    expect(at.ask?.y).toBeGreaterThan(at[START]?.y ?? Number.NaN);
    expect(at.join?.y).toBeGreaterThan(at.much?.y ?? Number.NaN);
  });

  it("lays out 400 steps without overlaps, branches in order, the same each time", () => {
    const flow = flowOf("large", large(400));
    const began = performance.now();
    const at = tidied(flow);
    console.log(`tidying 400 steps took ${Math.round(performance.now() - began)} ms`);
    expect(overlaps(at, flow.steps.map((step) => step.key))).toEqual([]);
    for (let n = 0; n < 50; n += 1) {
      const [yes, odd, no] = ["yes", "odd", "no"].map((name) => at[`${name}_${n}`]);
      expect(yes?.y).toBe(odd?.y);
      expect(yes?.x).toBeLessThan(odd?.x ?? Number.NaN);
      expect(odd?.x).toBeLessThan(no?.x ?? Number.NaN);
    }
    expect(tidied(flow)).toEqual(at);
  });
});

describe("placed", () => {
  const kept = { ask: { x: 100, y: 100 }, much: { x: 0, y: 300 }, some: { x: 300, y: 300 }, little: { x: 600, y: 300 } };

  it("keeps what the person placed, and puts the rest under what leads there", () => {
    const at = placed({ ...BRANCHED, positions: kept });
    expect(at).toMatchObject(kept);
    expect(at.join?.y).toBeGreaterThan(300);
    expect(overlaps(at, BRANCHED.steps.map((step) => step.key))).toEqual([]);
  });

  it("places every node, also of a flow whose steps nothing leads to", () => {
    const flow = flowOf("loose", [{ id: "a", action: "x", next: "END" }, { id: "b", action: "y", next: "b" }]);
    for (const positions of [{}, { a: { x: 0, y: 0 } }]) {
      const at = placed({ ...flow, positions });
      const graph = toGraph(flow);
      expect([START, "a", "b", ...graph.ends.map((end) => end.id)].every((id) => at[id] !== undefined)).toBe(true);
    }
  });
});

describe("withRoom", () => {
  it("moves what stands below down by a row, and only that", () => {
    const at = { [START]: { x: 80, y: 0 }, a: { x: 0, y: 100 }, b: { x: 0, y: 240 }, c: { x: 300, y: 100 } };
    const moved = withRoom(at, "a", "b", "new");
    expect(moved.new).toEqual({ x: 0, y: 240 });
    expect(moved.b?.y).toBeGreaterThanOrEqual(240 + NODE_HEIGHT);
    expect(moved.a).toBeUndefined();
    expect(moved.c).toBeUndefined();
  });

  it("leaves everything where it is when there is room enough", () => {
    const at = { a: { x: 0, y: 0 }, b: { x: 0, y: 600 } };
    expect(Object.keys(withRoom(at, "a", "b", "new"))).toEqual(["new"]);
  });
});

describe("lanesFor", () => {
  it("leads a loop back beside the steps that it passes", () => {
    const flow = flowOf("loop", [{ id: "a", collect: "day" }, { id: "b", action: "x" }, { id: "c", action: "y", next: "a" }]);
    const at = { [START]: { x: 80, y: 0 }, a: { x: 0, y: 100 }, b: { x: 0, y: 240 }, c: { x: 0, y: 380 } };
    const lane = lanesFor(toGraph(flow), at).get("c|next|0") ?? Number.NaN;
    expect(lane < 0 || lane > NODE_WIDTH).toBe(true);
    expect(lanePath(120, 452, lane, 120, 100)).toMatch(/^M120,452 L/);
  });

  it("keeps lines of one step to the same target, with their words, apart", () => {
    const words = ["slots.amount > 5", "slots.amount > 2"];
    const flow = flowOf("twice", [{ id: "a", collect: "amount", next: [{ if: words[0] ?? "", then: "b" }, { if: words[1] ?? "", then: "b" }, { else: "b" }] }, { id: "b", action: "x" }]);
    for (const below of [142, 600]) {
      const at = { [START]: { x: 80, y: 0 }, a: { x: 0, y: 100 }, b: { x: 0, y: 172 + below }, ...(below > 142 ? { between: { x: 0, y: 300 } } : {}) };
      const lanes = lanesFor(toGraph(flow), at);
      const [one, two, three] = ["a|if|0", "a|if|1", "a|else|2"].map((id) => lanes.get(id) ?? Number.NaN) as [number, number, number];
      const wide = 24 + 9 * "amount > 5".length;
      for (const [left, right] of [[one, two], [two, three], [one, three]] as const) expect(Math.abs(left - right)).toBeGreaterThan(wide);
      if (below === 142) expect(one < two && two < three).toBe(true);
    }
  });

  it("needs none where nothing is in the way", () => {
    expect(lanesFor(toGraph(BRANCHED), tidied(BRANCHED)).has("ask|if|0")).toBe(false);
  });
});
