import { describe, expect, it } from "vitest";
import { flowOf } from "../api/fake";
import { canShow, leafOf, rowOf, simplified } from "../inspector/conditionTree";
import { lengthOf, lengthText } from "../inspector/VoiceForm";
import { outlineRows } from "../outline/tree";
import { changeBetween, lineIn, stepAtLine } from "../editor/yamlPlaces";
import { visited } from "../flows/trail";
import { applied, withAt } from "../document/optimistic";
import { conditionWords } from "./conditionWords";
import { portsOf, refusal } from "./connectRules";
import { deletion } from "./gestures";
import { guidesFor } from "./guides";
import { freshId, slug } from "./stepIds";
import { looksLikeSteps, scalar, stepsAsYaml } from "./stepsYaml";
import { titleOf, wordsOf } from "./stepWords";
import { neighbour } from "./walking";

const FLOW = flowOf("pay", [
  { id: "ask", collect: "amount", next: [{ if: "slots.amount > 500", then: "check" }, { else: "say" }] },
  { id: "check", action: "action_check" },
  { id: "say", action: "utter_paid", next: "END" },
  { id: "go", link: "bye" },
]);

describe("words", () => {
  it.each([
    ["slots.amount > 500 and not slots.vip", "amount > 500 and not vip"],
    ["slots.card_type is 'not slots.x'", "card type is not slots.x"],
    ["slots.a is not null or slots.b = null", "a is known or b is not known"],
    ["slots.n >= 3", "n ≥ 3"],
    ['slots.x is "a" AND slots.ok is true', "x is a AND ok is yes"],
  ])("says %s as %s", (text, words) => {
    expect(conditionWords(text)).toBe(words);
  });

  it("titles a step by what it is about", () => {
    expect(FLOW.steps.map(titleOf)).toEqual(["amount", "check", "paid", "bye"]);
    expect(FLOW.steps.map((step) => wordsOf(step, (name) => (name === "utter_paid" ? "Paid." : null)))).toEqual([
      "Asks with utter_ask_amount",
      "Runs action_check",
      "“Paid.”",
      "Goes on in bye",
    ]);
  });
});

describe("connecting", () => {
  it("refuses with a reason what makes no sense", () => {
    const at = { from: "check", kind: "next", index: 0 } as const;
    expect(refusal(FLOW, at, "START")).toMatch(/start/i);
    expect(refusal(FLOW, at, "check")).not.toBeNull();
    expect(refusal(FLOW, { ...at, from: "go" }, "say")).toMatch(/link/i);
    expect(refusal({ ...FLOW, is_default: true }, at, "say")).not.toBeNull();
    expect(refusal(FLOW, at, "ask")).toBeNull();
  });

  it("offers the ways on of a step and one more branch", () => {
    expect(portsOf(FLOW, "ask").map((port) => [port.kind, port.index, port.isNew])).toEqual([["if", 0, false], ["else", 1, false], ["if", 1, true]]);
    expect(portsOf(FLOW, "go")).toEqual([]);
  });
});

describe("optimistic edits", () => {
  it("heals around a deleted step", () => {
    const after = deletion(FLOW, ["check"]).reduce(applied, FLOW);
    expect(after.edges.filter((edge) => edge.from === "ask").map((edge) => edge.to)).toEqual(["say", "say"]);
  });

  it("turns the one way on into `else` at the first branch", () => {
    const after = applied(FLOW, { op: "connect", flow: "pay", from: "check", kind: "if", index: 0, to: "ask", condition: "slots.x" });
    expect(after.edges.filter((edge) => edge.from === "check").map((edge) => [edge.kind, edge.index, edge.to])).toEqual([["if", 0, "ask"], ["else", 1, "say"]]);
  });

  it("renames a step and every line that leads there", () => {
    const after = applied({ ...FLOW, positions: { say: { x: 1, y: 2 } } }, { op: "rename_step", flow: "pay", key: "say", id: "tell" });
    expect(after.edges.some((edge) => edge.to === "say")).toBe(false);
    expect(after.positions).toEqual({ tell: { x: 1, y: 2 } });
  });

  it("sets and removes deep values without touching the original", () => {
    const given = { a: [{ b: 1 }, { b: 2 }] };
    expect(withAt(given, ["a", 1, "b"], 3)).toEqual({ a: [{ b: 1 }, { b: 3 }] });
    expect(withAt(given, ["a", 0], undefined)).toEqual({ a: [{ b: 2 }] });
    expect(given).toEqual({ a: [{ b: 1 }, { b: 2 }] });
  });
});

describe("the clipboard", () => {
  it("writes steps as YAML that leads where it led", () => {
    expect(stepsAsYaml(FLOW, ["ask", "say"])).toBe(
      '- id: ask\n  collect: amount\n  next:\n    - if: "slots.amount > 500"\n      then: check\n    - else: say\n- id: say\n  action: utter_paid\n  next: "END"\n',
    );
  });

  it("quotes what YAML would read as something else", () => {
    expect(["yes", "null", "3", "a: b", " x", "plain words", ""].map(scalar)).toEqual(['"yes"', '"null"', '"3"', '"a: b"', '" x"', "plain words", '""']);
    expect([true, null, 1.5].map(scalar)).toEqual(["true", "null", "1.5"]);
  });

  it("knows steps from other texts", () => {
    expect(looksLikeSteps("- id: a\n  action: b\n")).toBe(true);
    expect(looksLikeSteps("steps:\n  - collect: b\n")).toBe(true);
    expect(looksLikeSteps("Dear all,\n- milk\n")).toBe(false);
  });
});

describe("names", () => {
  it("are free, short and telling", () => {
    expect(freshId(FLOW, "collect", "amount")).toBe("ask_amount");
    expect(freshId(FLOW, "action", "utter_paid")).toBe("say_paid");
    expect(freshId(flowOf("x", [{ id: "ask_a", collect: "a" }]), "collect", "a")).toBe("ask_a_2");
    expect([slug("Book a table!"), slug("Überweisung"), slug("日本")]).toEqual(["book_a_table", "uberweisung", ""]);
  });
});

describe("guides", () => {
  const box = (x: number, y: number) => ({ x, y, width: 240, height: 72 });
  it("snaps like to like within reach", () => {
    expect(guidesFor(box(103, 300), [box(100, 0)], 6)).toEqual({ x: 100, y: 300, vertical: 100, horizontal: null });
    expect(guidesFor(box(120, 300), [box(100, 0)], 6)).toMatchObject({ x: 120, vertical: null });
  });
});

describe("walking", () => {
  const at = { START: { x: 80, y: 0 }, ask: { x: 0, y: 100 }, check: { x: 0, y: 240 }, say: { x: 300, y: 240 }, go: { x: 600, y: 240 } };
  it("goes along the flow and between neighbours", () => {
    expect(neighbour(FLOW, at, null, "down")).toBe("ask");
    expect(neighbour(FLOW, at, "ask", "down")).toBe("check");
    expect(neighbour(FLOW, at, "check", "right")).toBe("say");
    expect(neighbour(FLOW, at, "say", "left")).toBe("check");
    expect(neighbour(FLOW, at, "say", "up")).toBe("ask");
  });
});

describe("the outline", () => {
  it("lists every step once, and jumps where it was listed", () => {
    const rows = outlineRows(FLOW);
    expect(rows.flatMap((row) => row.key ?? [])).toEqual(["ask", "check", "say", "go"]);
    expect(rows.filter((row) => row.key === null).map((row) => row.jump)).toEqual(["say"]);
  });
});

describe("conditions as rows", () => {
  it.each([
    [{ slot: "a", operator: "holds" }, "is true"],
    [{ slot: "a", operator: "=", value: null }, "is not set"],
    [{ slot: "a", operator: "!=", value: null }, "is set"],
    [{ slot: "a", operator: ">", value: 3 }, ">"],
  ])("reads %j and writes it again", (leaf, operator) => {
    const row = rowOf(leaf);
    expect(row?.operator).toBe(operator);
    expect(row === null ? null : leafOf(row)).toEqual(leaf);
  });

  it("shows `not` of a yes/no slot as one row", () => {
    expect(simplified({ not: { slot: "a", operator: "holds" } })).toMatchObject({ name: "a", operator: "is not true" });
  });

  it("leaves to text what it has no row for", () => {
    expect(canShow({ all: [{ slot: "a", operator: "<", value: { slot: "b" } }] })).toBe(false);
    expect(canShow({ any: [{ not: { slot: "a", operator: "holds" } }, { context: "x", operator: "=", value: "y" }] })).toBe(true);
  });
});

describe("fields", () => {
  it("reads lengths", () => {
    expect([lengthOf("16"), lengthOf("13, 19"), lengthOf(""), lengthOf("0"), lengthOf("1,2,3")]).toEqual([16, [13, 19], null, "wrong", "wrong"]);
    expect(lengthText([13, 19])).toBe("13, 19");
  });
});

describe("the text beside the canvas", () => {
  it("changes only the stretch that differs", () => {
    expect(changeBetween("abcdef", "abXef")).toEqual({ from: 2, to: 4, insert: "X" });
    expect(changeBetween("aa", "aaa")).toEqual({ from: 2, to: 2, insert: "a" });
  });

  it("knows the step of a line and the line of a message", () => {
    expect(stepAtLine(FLOW, 11)).toBe("check");
    expect(stepAtLine(FLOW, 1)).toBeNull();
    expect(lineIn("data/x.yml:12:3: bad")).toBe(12);
  });
});

describe("the trail", () => {
  it("is cut where one goes back", () => {
    expect(visited(["a", "b", "c"], "b")).toEqual(["a", "b"]);
    expect(visited(["a"], "b")).toEqual(["a", "b"]);
  });
});
