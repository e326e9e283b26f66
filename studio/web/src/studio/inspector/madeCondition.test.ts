import { describe, expect, it } from "vitest";
import type { ConditionTree } from "../api/types";
import { made, settled, wrote } from "./madeCondition";

const leaf = (operator: string, value: number): ConditionTree => ({ slot: "n", operator, value });

describe("a condition that is being made", () => {
  it("makes the second of two quick changes out of the first", () => {
    const first = settled(made(null, leaf(">", 0), "slots.n"), "slots.n", true);
    const second = made(first, leaf(">", 5), "slots.n");
    expect(settled(second, "slots.n", true)?.tree).toEqual(leaf(">", 5));
    const done = wrote(second, "slots.n > 5");
    expect(settled(done, "slots.n", true)).toBe(done);
    expect(settled(done, "slots.n > 5", false)).toBe(done);
    expect(settled(done, "slots.n > 5", true)).toBeNull();
  });
  it("stays while the text of an earlier change arrives", () => {
    const sent = wrote(made(null, leaf(">", 0), "slots.n"), "slots.n > 0");
    const next = made(sent, leaf(">", 5), "slots.n");
    expect(settled(next, "slots.n > 0", true)).toBe(next);
    expect(settled(wrote(next, "slots.n > 5"), "slots.n > 0", true)?.tree).toEqual(leaf(">", 5));
  });
  it("gives way to what somebody else has written", () => {
    expect(settled(made(null, leaf(">", 0), "slots.n"), "slots.other", false)).toBeNull();
    expect(wrote(null, "slots.n")).toBeNull();
  });
});
