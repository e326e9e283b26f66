import { expect, it } from "vitest";
import type { ServerEvent } from "./events";
import { clockTime, humanise, slotText } from "./format";
import { assistantName, flowName } from "./names";
import { activeFrame, stepStack, type Stack } from "./stack";

const started = (flow_id: string): ServerEvent => ({ type: "flow_started", flow_id });
const entered = (flow_id: string, step_id: string): ServerEvent => ({
  type: "step_entered",
  flow_id,
  step_id,
});
const completed = (flow_id: string): ServerEvent => ({ type: "flow_completed", flow_id, step_id: "end" });
const fold = (...events: ServerEvent[]): Stack => events.reduce(stepStack, [] as Stack);

it("follows a digression and the way back", () => {
  const away = [started("transfer"), entered("transfer", "amount"), started("balance")];
  expect(fold(...away).map((frame) => frame.flowId)).toEqual(["transfer", "balance"]);
  const back = fold(...away, completed("balance"), {
    type: "flow_resumed",
    flow_id: "transfer",
    step_id: "amount",
  });
  expect(back).toEqual([{ flowId: "transfer", stepId: "amount" }]);
});

it("shows the designer's flow below a pattern", () => {
  const stack = fold(started("transfer"), entered("transfer", "amount"), started("pattern_correction"));
  expect(activeFrame(stack)).toEqual({ flowId: "transfer", stepId: "amount" });
  expect(activeFrame(fold(started("pattern_completed")))).toBeNull();
  expect(activeFrame([])).toBeNull();
});

it("mends itself when a start was missed, and survives an end without one", () => {
  expect(fold(entered("transfer", "amount"))).toEqual([{ flowId: "transfer", stepId: "amount" }]);
  expect(fold(completed("transfer"))).toEqual([]);
});

it("speaks to people", () => {
  expect(humanise("2_collect_amount")).toBe("Collect amount");
  expect(humanise("pattern_cannot_handle")).toBe("Cannot handle");
  expect(humanise("_")).toBe("_");
  expect(flowName("t", [{ id: "t", name: "transfer money" }])).toBe("Transfer money");
  expect(flowName("block_card", [])).toBe("Block card");
  expect(assistantName({ id: "bank", name: "bank" })).toBe("Bank");
  expect(assistantName({ id: "bank", name: "River Bank" })).toBe("River Bank");
  expect([0, 65, 3725].map(clockTime)).toEqual(["0:00", "1:05", "1:02:05"]);
  expect([null, true, 50, "Anna", ["a"]].map(slotText)).toEqual(["—", "yes", "50", "Anna", '["a"]']);
});
