import { describe, expect, it } from "vitest";
import type { Json } from "../api/types";
import { isDocumentName } from "./documents/names";
import { matching, movedUp, nameFault, withKey } from "./entries";
import { markChoices, marked, plainOf, segmentsOf, sentencesOf, twice } from "./intents/marks";
import { conditionText, missingIn, summaryOf, variationsOf, withText, withTranslation } from "./responses/variations";
import { activeFlows, boundFault, valuesFault, withFlows, withKind, withType } from "./slots/slotTypes";
import { readSetting, SETTINGS, titleOf, unitOf } from "./voice/settings";
import { inline, withSetting, withTopKey } from "./voice/settingsText";

describe("entries", () => {
  it("takes out what became empty, and keeps false and 0", () => {
    expect(withKey({ a: 1, b: 2 }, "a", "")).toEqual({ b: 2 });
    expect(withKey({ a: 1 }, "a", [])).toEqual({});
    expect(withKey({}, "a", false)).toEqual({ a: false });
    expect(withKey({}, "a", 0)).toEqual({ a: 0 });
  });
  it("tells what is wrong with a name", () => {
    expect(nameFault("", "slots", [])).toBe("missing");
    expect(nameFault("1st", "slots", [])).toBe("wrong");
    expect(nameFault("two words", "slots", [])).toBe("wrong");
    expect(nameFault("hello", "responses", [])).toBe("response");
    expect(nameFault("größe", "slots", ["größe"])).toBe("taken");
    expect(nameFault("größe", "slots", [])).toBe(null);
  });
  it("moves up and searches by all words", () => {
    expect(movedUp(["a", "b", "c"], 2)).toEqual(["a", "c", "b"]);
    expect(matching(["red card", "blue card"], "CARD blue", (each) => each)).toEqual(["blue card"]);
  });
});

describe("responses", () => {
  const value: Json = [{ text: "Hello", translation: { de: "Hallo" } }, "Bye", { custom: { a: 1 } }];
  it("reads bare texts as variations and tells missing languages", () => {
    expect(variationsOf(value)).toHaveLength(3);
    expect(missingIn(value, ["de", "fr"])).toEqual(["de", "fr"]);
    expect(missingIn([{ text: "Hi", translation: { de: "Hallo" } }], ["de"])).toEqual([]);
    expect(summaryOf(value)).toBe("Hello");
    expect(withText({ text: "a", custom: 1 }, "")).toEqual({ custom: 1 });
    expect(withText({ text: "a" }, "")).toEqual({ text: "" });
  });
  it("takes a translation out with its last language", () => {
    expect(withTranslation({ text: "a", translation: { de: "b" } }, "de", "")).toEqual({ text: "a" });
  });
  it("writes the older list of conditions as a predicate", () => {
    const old: Json = [{ type: "slot", name: "kind", value: 'a "b"' }, { type: "slot", name: "is_new", value: true }, { type: "slot", name: "x", value: null }];
    expect(conditionText(old)).toBe('slots.kind = "a \\"b\\"" and slots.is_new = true and slots.x is null');
  });
});

describe("slots", () => {
  it("leaves nothing behind that the new type does not have", () => {
    const slot = { type: "categorical", values: ["a"], initial_value: "a", mappings: [] };
    expect(withType(slot, "float")).toEqual({ type: "float", mappings: [] });
    expect(withType({ type: "float", min_value: 1 }, "categorical")).toEqual({ type: "categorical", values: ["first", "second"] });
    expect(withKind({ type: "from_entity", entity: "name", conditions: [1], note: "x" }, "from_llm")).toEqual({ type: "from_llm", conditions: [1], note: "x" });
  });
  it("limits a mapping to flows, and leaves other conditions alone", () => {
    const mapping = { type: "from_text", conditions: [{ active_loop: "form" }, { active_flow: "pay" }] };
    expect(activeFlows(mapping)).toEqual(["pay"]);
    expect(withFlows(mapping, ["book"])).toEqual({ type: "from_text", conditions: [{ active_flow: "book" }, { active_loop: "form" }] });
    expect(withFlows({ type: "from_text", conditions: [{ active_flow: "pay" }] }, [])).toEqual({ type: "from_text" });
  });
  it("says what is wrong with values and bounds", () => {
    expect(valuesFault(["red", "Red"])).toContain("twice");
    expect([valuesFault([]), valuesFault(["red"]), boundFault(2, 1), boundFault(1, 2), boundFault(undefined, 2)].map((each) => each === null)).toEqual([false, true, false, true, true]);
  });
});

describe("marks of entities", () => {
  const example = 'send [50 dollars](amount) to [Anna]{"entity": "name", "role": "payee"} please';
  it("reads both ways of marking", () => {
    expect(segmentsOf(example).filter(({ entity }) => entity !== null).map(({ text, entity }) => [text, entity])).toEqual([["50 dollars", "amount"], ["Anna", "name"]]);
    expect(plainOf(example)).toBe("send 50 dollars to Anna please");
  });
  it("marks a selection, without the spaces around it, and never across a mark", () => {
    expect(marked("pay Anna now", 3, 9, "name")).toBe("pay [Anna](name) now");
    expect(marked("pay now", 3, 4, "name")).toBe(null);
    expect(marked(example, 6, 10, "name")).toBe(null);
    expect(marked(example, 0, 8, "name")).toBe(null);
  });
  it("marks in a role or a group of the entity", () => {
    const entities = [{ name: "city", options: { roles: ["from", "to"], groups: ["1"] } }, { name: "day" }];
    expect(markChoices(entities).map(({ value }) => value)).toEqual(["city", "city · from", "city · to", "city · 1", "day"]);
    expect(marked("to Rome", 3, 7, "city · to", entities)).toBe('to [Rome]{"entity": "city", "role": "to"}');
    expect(marked("to Rome", 3, 7, "city · 1", entities)).toBe('to [Rome]{"entity": "city", "group": "1"}');
    expect(segmentsOf('to [Rome]{"entity": "city", "role": "to"}').at(-1)).toMatchObject({ entity: "city", parts: ["to"] });
  });
  it("splits what was pasted and finds sentences that are there twice", () => {
    expect(sentencesOf("- one\n\n * two \r\nthree")).toEqual(["one", "two", "three"]);
    expect([...twice(["Pay [Anna](name)", "hello", "pay anna"])]).toEqual([2]);
  });
});

describe("settings of voice.yml", () => {
  const text = "# About calls.\nturns:\n  # Long, for the elderly.\n  silence_timeout_ms: 10000  # ten seconds\n\nlanguages: [en]\n";
  it("changes one value and keeps comments, order and blank lines", () => {
    const changed = withSetting(text, "turns", "silence_timeout_ms", 9000, { silence_timeout_ms: 10000 });
    expect(changed).toBe(text.replace("10000", "9000"));
  });
  it("adds a key to its section, and a section to the file", () => {
    expect(withSetting(text, "turns", "onset_ms", 80, { silence_timeout_ms: 10000 })).toContain("# ten seconds\n  onset_ms: 80\n\nlanguages");
    expect(withSetting(text, "fillers", "after_ms", 0, null)).toBe(`${text}fillers:\n  after_ms: 0\n`);
    expect(withSetting("", "pronunciation", "SQL", "sequel", null)).toBe("pronunciation:\n  SQL: sequel\n");
  });
  it("removes a key, and the section with its last one", () => {
    expect(withSetting(text, "turns", "silence_timeout_ms", undefined, { silence_timeout_ms: 10000 })).toBe("# About calls.\n\nlanguages: [en]\n");
    expect(withTopKey(text, "languages", undefined)).not.toContain("languages");
  });
  it("writes a section anew where it is not a block", () => {
    expect(withSetting("turns: {onset_ms: 60}\n", "turns", "retract_ms", 500, { onset_ms: 60 })).toBe("turns:\n  onset_ms: 60\n  retract_ms: 500\n");
    expect(withSetting("turns:\nlanguages: [en]\n", "turns", "onset_ms", 70, null)).toBe("turns:\n  onset_ms: 70\nlanguages: [en]\n");
  });
  it("replaces lists of several lines and finds quoted keys", () => {
    expect(withTopKey("languages:\n- en\n- de\nturns: {}\n", "languages", ["en"])).toBe("languages: [en]\nturns: {}\n");
    expect(withSetting('pronunciation:\n  "a: b": see\n', "pronunciation", "a: b", "sea", { "a: b": "see" })).toBe('pronunciation:\n  "a: b": sea\n');
  });
  it("quotes what YAML would take for something else", () => {
    expect(["3.16", "no", "a: b", "# x", "it's", "viva votchay", "1:30", "-"].map(inline)).toEqual(['"3.16"', '"no"', '"a: b"', '"# x"', '"it\'s"', "viva votchay", '"1:30"', '"-"']);
  });
  it("knows units, and what may be written", () => {
    expect(SETTINGS.length).toBeGreaterThan(50);
    expect([unitOf("noise_log_probability"), unitOf("onset_ms"), unitOf("drops"), unitOf("louder_db")]).toEqual(["log_probability", "ms", "count", "db"]);
    expect(titleOf("certain_wait_ms")).toBe("Certain wait");
    expect(readSetting("onset_ms", " 80 ")).toEqual({ value: 80 });
    expect(readSetting("onset_ms", "")).toEqual({ value: undefined });
    expect(readSetting("onset_ms", "1.5")).toHaveProperty("fault");
    expect(readSetting("finished_probability", "2")).toHaveProperty("fault");
    expect(readSetting("noise_log_probability", "-1.2")).toEqual({ value: -1.2 });
  });
});

describe("documents", () => {
  it("takes names of texts, and no way out of the folder", () => {
    expect(["prices.md", "a/b c.txt", "../x.md", "/x.md", ".md", "x.py", "a/../b.md"].map(isDocumentName)).toEqual([true, true, false, false, false, false, false]);
  });
});
