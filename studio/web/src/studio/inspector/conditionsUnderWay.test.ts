import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useUnsent } from "../document/unsent";
import { afterConditions, conditionBegun } from "./conditionsUnderWay";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what moves the rows of a list", () => {
  it("is done at once where no condition is under way", () => {
    const run = vi.fn();
    afterConditions(run);
    expect(run).toHaveBeenCalledOnce();
  });

  it("waits for every condition that is, in order, and is not called saved meanwhile", async () => {
    const done: string[] = [];
    const ends = [conditionBegun(), conditionBegun()];
    afterConditions(() => done.push("up"));
    afterConditions(() => done.push("remove"));
    ends[0]?.();
    ends[0]?.(); // once over, it stays over
    await vi.runAllTimersAsync();
    expect(done).toEqual([]);
    expect(useUnsent.getState().count).toBe(2);
    ends[1]?.();
    await vi.runAllTimersAsync();
    expect(done).toEqual(["up", "remove"]);
    expect(useUnsent.getState().count).toBe(0);
  });

  it("waits for one that began while it waited", async () => {
    const run = vi.fn();
    const end = conditionBegun();
    afterConditions(run);
    end();
    const later = conditionBegun();
    await vi.runAllTimersAsync();
    expect(run).not.toHaveBeenCalled();
    later();
    await vi.runAllTimersAsync();
    expect(run).toHaveBeenCalledOnce();
  });
});
