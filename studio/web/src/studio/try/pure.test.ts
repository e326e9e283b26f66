import { expect, it } from "vitest";
import { EMPTY_CONVERSATION, reduce } from "../../core/conversation";
import type { ServerEvent } from "../../core/events";
import type { Flow, Step } from "../api/types";
import { activeOf, DARK, drawnOver, keyOf, lit } from "./lighting";
import { freeFile, numbered, toldOf, valueOf } from "./turns";

const step = (key: string, engine_id: string, id: string | null = null): Step => ({
  key,
  id,
  type: "action",
  fields: {},
  path: [],
  line: 1,
  end_line: 1,
  depth: 0,
  engine_id,
});
const book = { id: "book", steps: [step("ask_day", "ask_day", "ask_day"), step("~steps.1", "1_action_find")] } as unknown as Flow;
const entered = (flow_id: string, step_id: string): ServerEvent => ({ type: "step_entered", flow_id, step_id });
const fold = (...events: ServerEvent[]) => events.reduce(lit, DARK);

it("lights the step that the engine names, whatever its key", () => {
  const lighting = fold({ type: "flow_started", flow_id: "book" }, entered("book", "ask_day"), entered("book", "1_action_find"));
  expect(activeOf(lighting)).toEqual({ flow: "book", step: "1_action_find" });
  expect(drawnOver(book, lighting)).toEqual({ active: "~steps.1", visited: ["ask_day"] });
  expect(keyOf(book, "gone")).toBeNull();
  expect(keyOf(undefined, "ask_day")).toBeNull();
});

it("keeps what was visited when a flow is over, and a pattern does not hide the flow below it", () => {
  const asked = [{ type: "flow_started", flow_id: "book" } as ServerEvent, entered("book", "ask_day")];
  const above = fold(...asked, { type: "flow_started", flow_id: "pattern_correction" }, entered("pattern_correction", "a"));
  expect(activeOf(above)).toEqual({ flow: "book", step: "ask_day" });
  const over = fold(...asked, { type: "flow_completed", flow_id: "book", step_id: "END" });
  expect(activeOf(over)).toBeNull();
  expect(drawnOver(book, over)).toEqual({ active: null, visited: ["ask_day"] });
});

it("counts turns as the server does: what was said, without silences and what is not understood yet", () => {
  const said = (text: string): ServerEvent => ({ type: "user_said", text, commands: [], stage: "llm", took_ms: 1 });
  const view = [said("hello"), said(""), said("a checkup")].reduce(reduce, EMPTY_CONVERSATION);
  const typed = reduce(view, { type: "page_typed", text: "and" });
  expect([...numbered(typed.entries).values()]).toEqual([1, 2]);
  const told = (text: string, place: number) => ({ text, place, stage: "llm", took_ms: 1, prompt: null, completion: null, prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, fallbacks: [] });
  expect(toldOf([told("hello", 0), told("", 1), told("a checkup", 2)], 2)?.place).toBe(2);
  expect(toldOf([], 1)).toBeNull();
});

it("does not show again what is said to who takes a conversation up", () => {
  const view = reduce(EMPTY_CONVERSATION, { type: "assistant_said", text: "Which day?", response: null, buttons: [], source: "said_before" });
  expect(view.entries).toEqual([]);
});

it("finds a file name that is free", () => {
  expect(freeFile("I'd like to book!", [])).toBe("e2e_tests/studio_i_d_like_to_book.yml");
  expect(freeFile("Hi", ["e2e_tests/studio_hi.yml"])).toBe("e2e_tests/studio_hi_2.yml");
  expect(freeFile("名前", [])).toBe("e2e_tests/studio_conversation.yml");
});

it("reads what is typed for a slot by its type", () => {
  expect([valueOf("bool", "true"), valueOf("bool", "false"), valueOf("float", "2.5"), valueOf("text", "7"), valueOf("text", "")]).toEqual([true, false, 2.5, "7", null]);
  expect(valueOf("float", "a lot")).toBe("a lot");
});
