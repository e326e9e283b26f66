import { describe, expect, it } from "vitest";
import type { Step } from "../api/types";
import { collectFields, collectPath, silenceOf, silenceValue } from "./collectFields";
import { responseName } from "./Rejections";
import { typedValue, valueFault } from "./slotValues";
import { triggersOf, triggersValue } from "./triggerRows";
import { lengthOf, lengthText } from "./VoiceForm";

const collect = (fields: Step["fields"]): Step => ({ key: "ask", id: "ask", type: "collect", fields, path: [], line: 1, end_line: 2, depth: 0 });

describe("a question whose options stand inside `collect`", () => {
  const step = collect({ collect: { name: "amount", silence_timeout: 5 }, description: "how much" });
  it("is read with all of them, each written where it stands", () => {
    expect(collectFields(step)).toMatchObject({ silence_timeout: 5, description: "how much" });
    expect(collectPath(step, "silence_timeout")).toEqual(["collect", "silence_timeout"]);
    expect(collectPath(step, "collect")).toEqual(["collect", "name"]);
    expect(collectPath(step, "dtmf")).toEqual(["dtmf"]);
    expect(collectPath(collect({ collect: "amount" }), "collect")).toEqual(["collect"]);
  });
});

describe("silence", () => {
  it("is a number, a map of channels, or a list of such maps, and stays what it is", () => {
    expect(silenceOf(5)).toEqual({ everywhere: "5", channels: [] });
    expect(silenceOf({ web: 5 })).toEqual({ everywhere: "", channels: [["web", "5"]] });
    expect(silenceOf([{ web: 5 }, { phone: 9 }]).channels).toEqual([["web", "5"], ["phone", "9"]]);
    expect(silenceValue([["web", "4"]], { web: 5 })).toEqual({ web: 4 });
    expect(silenceValue([["web", "4"]], [{ web: 5 }])).toEqual([{ web: 4 }]);
    expect(silenceValue([], { web: 5 })).toBeUndefined();
  });
});

describe("intents that start a flow", () => {
  it("are read in every form, and those that are not changed stay as they are", () => {
    const given = [{ intent: "pay" }, { intent: { name: "send", confidence_threshold: 0.9, note: 1 } }, { intent: "ask", confidence_threshold: 0.5 }, "bare"];
    const rows = triggersOf(given);
    expect(rows.map(({ intent, threshold }) => [intent, threshold])).toEqual([["pay", null], ["send", 0.9], ["ask", 0.5], ["bare", null]]);
    expect(triggersValue(rows)).toEqual(given);
    const changed = rows.map((row) => ({ ...row, threshold: 0.7 }));
    expect(triggersValue(changed)).toEqual([
      { intent: { name: "pay", confidence_threshold: 0.7 } },
      { intent: { name: "send", confidence_threshold: 0.7, note: 1 } },
      { intent: { name: "ask", confidence_threshold: 0.7 } },
      { intent: { name: "bare", confidence_threshold: 0.7 } },
    ]);
    expect(triggersValue([{ intent: "pay", threshold: null, raw: { intent: { name: "pay", confidence_threshold: 0.9 } } }])).toEqual([{ intent: "pay" }]);
    expect(triggersValue([])).toBeUndefined();
  });
});

describe("values of slots", () => {
  it("become what the slot holds", () => {
    expect([typedValue("float", " 2.50 "), typedValue("text", "25"), typedValue("bool", "Yes"), typedValue("text", " ")]).toEqual([2.5, "25", true, null]);
    expect([typedValue("list", '["a"]'), typedValue("any", '{"a": 1}'), typedValue("any", "3"), typedValue("any", "{x")]).toEqual([["a"], { a: 1 }, 3, "{x"]);
  });
  it("say what is wrong with what was typed", () => {
    expect([valueFault("float", "many", false), valueFault("list", "a", false), valueFault("text", "", true)].every((fault) => fault !== null)).toBe(true);
    expect([valueFault("float", "", false), valueFault("float", "-3", false), valueFault("list", "[]", false), valueFault("text", "x", true)]).toEqual([null, null, null, null]);
  });
});

describe("lengths and names", () => {
  it("reads one number or two, the smaller one first", () => {
    expect([lengthOf("13"), lengthOf("19, 13"), lengthOf(""), lengthOf("0"), lengthOf("a")]).toEqual([13, [13, 19], null, "wrong", "wrong"]);
    expect(lengthText([13, 19])).toBe("13, 19");
  });
  it("makes the name of a response of what was typed", () => {
    expect([responseName("utter_no"), responseName("too late!"), responseName("größe")]).toEqual(["utter_no", "utter_too_late_", "utter_größe"]);
  });
});
