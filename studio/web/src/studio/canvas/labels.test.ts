import { describe, expect, it } from "vitest";
import { flowOf, type ShortStep } from "../api/fake";
import type { Flow } from "../api/types";
import { edgeWords } from "./conditionWords";
import { sizeOf, toGraph } from "./graph";
import { endsOf, HEIGHT, labelShifts, usualPlace } from "./labels";
import { type Positions, tidied } from "./layout";
import { type Box, labelWidth, lanesFor } from "./routing";

/** Ways that meet again, beside one that leads there directly. */
const MERGING: readonly ShortStep[] = [
  { id: "ask", collect: "amount", next: [{ if: "slots.amount > 500", then: "check" }, { if: "slots.amount > 200", then: "warn" }, { else: "done" }] },
  { id: "check", action: "action_check", next: [{ if: "slots.allowed", then: "done" }, { else: "done" }] },
  { id: "warn", action: "utter_warn", next: "done" },
  { id: "done", action: "utter_done", next: "END" },
];

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}

/** What lies over each other: what stands on lines, and steps. */
function hidden(flow: Flow, at: Positions, withShifts: boolean): readonly string[] {
  const graph = toGraph(flow);
  const lanes = lanesFor(graph, at);
  const shifts = labelShifts(graph, at, lanes, false);
  const labels = graph.edges.map((each) => {
    const ends = endsOf(each, graph, at);
    if (ends === null) throw new Error(`${each.id} leads nowhere`);
    const isOnly = graph.edges.filter((edge) => edge.target === each.target).length === 1;
    const usual = usualPlace(ends, lanes.get(each.id) ?? null, isOnly);
    const shift = (withShifts ? shifts.get(each.id) : undefined) ?? { x: 0, y: 0 };
    const half = labelWidth(edgeWords(each.edge)) / 2;
    const [x, y] = [usual.x + shift.x, usual.y + shift.y];
    return { id: each.id, box: { left: x - half, right: x + half, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 } };
  });
  const steps = Object.entries(at).map(([id, { x, y }]) => ({ id, box: { left: x, right: x + sizeOf(id).width, top: y, bottom: y + sizeOf(id).height } }));
  return labels.flatMap((label, index) => [...labels.slice(index + 1), ...steps].filter((other) => overlaps(label.box, other.box)).map((other) => `${label.id} ${other.id}`));
}

describe("labelShifts", () => {
  const flow = flowOf("merging", MERGING);

  it("leaves what stands on lines apart where ways meet again", () => {
    const at = tidied(flow);
    expect(hidden(flow, at, false)).not.toEqual([]);
    expect(hidden(flow, at, true)).toEqual([]);
  });

  it("keeps it on its line when steps were put close together by hand", () => {
    const at = { ...tidied(flow), check: { x: 0, y: 200 }, warn: { x: 260, y: 200 }, done: { x: 130, y: 340 } };
    expect(hidden(flow, at, true).filter((pair) => pair.includes("done|next"))).toEqual([]);
  });

  it("moves nothing that has room", () => {
    const apart = flowOf("apart", [{ id: "a", collect: "day" }, { id: "b", action: "utter_x", next: "END" }]);
    const graph = toGraph(apart);
    const at = tidied(apart);
    expect(labelShifts(graph, at, lanesFor(graph, at), true).size).toBe(0);
  });
});
