import { describe, expect, it } from "vitest";
import {
  EMPTY_CONVERSATION,
  reduce,
  type Conversation,
  type PageEvent,
  type UserEntry,
} from "./conversation";
import { parseMessage, type ServerEvent } from "./events";

const said = (text: string): ServerEvent => ({ type: "assistant_said", text, response: null, buttons: [] });
const partial = (text: string): ServerEvent => ({ type: "partial_transcript", text, at_ms: 0 });
const ended = (text: string, speechEndMs: number): ServerEvent => ({
  type: "turn_ended",
  revision: 1,
  text,
  speech_end_ms: speechEndMs,
  at_ms: speechEndMs + 400,
});
const understood = (text: string): ServerEvent => ({
  type: "user_said",
  text,
  commands: ["set slot amount 50"],
  stage: "fast_path",
  took_ms: 3,
});
const latency = (speechEndMs: number, gapMs: number): ServerEvent => ({
  type: "latency_measured",
  reply_id: 1,
  gap_ms: gapMs,
  parts: { endpoint: gapMs },
  speech_end_ms: speechEndMs,
  first_audio_ms: speechEndMs + gapMs,
});
const reply = (id: number): ServerEvent => ({ type: "reply_started", reply_id: id, at_ms: 0 });

function fold(...events: (ServerEvent | PageEvent)[]): Conversation {
  return events.reduce(reduce, EMPTY_CONVERSATION);
}
const users = (view: Conversation): UserEntry[] => view.entries.filter((entry) => entry.kind === "user");

describe("a spoken turn", () => {
  it("goes from partial to line to understood line, as one entry", () => {
    expect(fold(partial("fifty")).partial).toBe("fifty");
    const open = fold(partial("fifty"), ended("fifty euros", 900));
    expect(open.partial).toBeNull();
    expect(users(open)).toMatchObject([{ text: "fifty euros", understood: null }]);
    const done = reduce(open, understood("fifty euros"));
    expect(users(done)).toMatchObject([{ text: "fifty euros", understood: { stage: "fast_path" } }]);
  });

  it("leaves no line when it was noise", () => {
    const view = fold(partial("uh"), { type: "turn_dropped", revision: 1, reason: "noise", at_ms: 1 });
    expect(view.partial).toBeNull();
    expect(view.entries).toMatchObject([{ kind: "note", note: "turn_dropped", detail: "noise" }]);
  });

  it("keeps the last words when a partial is empty", () => {
    expect(fold(partial("fifty"), partial("")).partial).toBe("fifty");
  });

  it("gets the latency of its own end of speech, not the latest turn's", () => {
    const view = fold(
      ended("one", 900),
      understood("one"),
      ended("two", 3000),
      understood("two"),
      latency(900, 650),
    );
    expect(users(view).map((turn) => turn.latency?.gapMs)).toEqual([650, undefined]);
  });

  it("gets the gap heard in the page by its moment", () => {
    const heard: PageEvent = { type: "page_heard_gap", gap_ms: 700, speech_end_ms: 940 };
    const view = fold(ended("one", 900), understood("one"), ended("two", 5000), heard);
    expect(users(view).map((turn) => turn.heardGapMs)).toEqual([700, null]);
  });
});

describe("a typed turn", () => {
  it("shows at once and is the entry that the server commits", () => {
    const view = fold({ type: "page_typed", text: "yes" }, understood("yes"));
    expect(users(view)).toMatchObject([{ text: "yes", isTyped: true, understood: { stage: "fast_path" } }]);
  });

  it("is not doubled by a turn_ended of the same text", () => {
    expect(
      users(fold({ type: "page_typed", text: "yes" }, ended("yes", 10), understood("yes"))),
    ).toHaveLength(1);
  });

  it("of another client still shows", () => {
    expect(users(fold(understood("hello")))).toHaveLength(1);
  });
});

describe("a reply", () => {
  it("is marked on its own line when the caller barges in", () => {
    const barge: ServerEvent = { type: "barge_in", reply_id: 2, heard_ms: 1200, at_ms: 0 };
    const view = fold(
      said("Hello."),
      reply(1),
      ended("hi", 1),
      understood("hi"),
      said("How much?"),
      reply(2),
      barge,
    );
    const lines = view.entries.filter((entry) => entry.kind === "assistant");
    expect(lines.map((line) => line.stoppedAfterMs)).toEqual([null, 1200]);
    expect(view.activity).toBe("hearing");
  });

  it("that is stopped before it is heard keeps its line to itself", () => {
    const barge: ServerEvent = { type: "barge_in", reply_id: 2, heard_ms: 0, at_ms: 0 };
    const view = fold(
      said("Hello."),
      reply(1),
      ended("a", 1),
      understood("a"),
      said("Two."),
      barge,
      said("Three."),
      reply(3),
    );
    const lines = view.entries.filter((entry) => entry.kind === "assistant");
    expect(lines.map((line) => [line.replyId, line.stoppedAfterMs])).toEqual([
      [1, null],
      [2, 0],
      [3, null],
    ]);
  });

  it("owns the lines that follow while it is playing", () => {
    const view = fold(said("One."), reply(7), said("Two."));
    expect(view.entries).toMatchObject([{ replyId: 7 }, { replyId: 7 }]);
  });

  it("that is announced while the last one still plays waits for its own start", () => {
    const view = fold(said("One."), reply(7), ended("stop", 1), understood("stop"), said("Two."));
    expect(view.entries.at(-1)).toMatchObject({ text: "Two.", replyId: null });
  });

  it("ends in listening, unless the caller is already speaking", () => {
    const finished: ServerEvent = { type: "reply_finished", reply_id: 1, heard_ms: 1, at_ms: 1 };
    expect(fold(reply(1), finished).activity).toBe("listening");
    expect(fold(reply(1), { type: "speech_started", at_ms: 1 }, finished).activity).toBe("hearing");
  });
});

describe("slots", () => {
  const set = (value: string | null): ServerEvent => ({ type: "slot_set", name: "amount", value });

  it("count their changes, and only changes", () => {
    expect(fold(set("50"), set("50"), set("80")).slots).toEqual([
      { name: "amount", value: "80", changes: 2 },
    ]);
  });

  it("that were never set do not show when they are emptied", () => {
    expect(fold(set(null)).slots).toEqual([]);
    expect(fold(set("50"), set(null)).slots).toEqual([{ name: "amount", value: null, changes: 2 }]);
  });
});

describe("flows", () => {
  it("leave lines in the transcript, patterns do not", () => {
    const view = fold(
      { type: "flow_started", flow_id: "transfer_money" },
      { type: "flow_started", flow_id: "pattern_correction" },
      { type: "flow_completed", flow_id: "pattern_correction", step_id: "x" },
      { type: "flow_completed", flow_id: "transfer_money", step_id: "y" },
    );
    expect(view.entries).toMatchObject([{ note: "flow_started" }, { note: "flow_completed" }]);
    expect(view.lastFlowId).toBe("transfer_money");
    expect(view.stack).toEqual([]);
  });
});

describe("what it does not know", () => {
  it("changes nothing", () => {
    const unknown = parseMessage('{"type":"weather_changed","sky":"blue"}') as ServerEvent;
    const view = fold(said("Hello."));
    expect(reduce(view, unknown)).toBe(view);
  });

  it("is not even read when it is no event", () => {
    for (const data of ["", "{", "null", "[]", "3", '{"kind":"x"}', '{"type":5}', new ArrayBuffer(2)]) {
      expect(parseMessage(data)).toBeNull();
    }
  });

  it("may be a missing list", () => {
    const bare = parseMessage('{"type":"user_said","text":"hi"}') as ServerEvent;
    expect(users(fold(bare))).toMatchObject([{ understood: { commands: [], stage: "none", tookMs: 0 } }]);
    expect(fold(parseMessage('{"type":"assistant_said","text":"hi"}') as ServerEvent).entries).toHaveLength(
      1,
    );
  });
});

it("never changes what it was given", () => {
  const frozen = Object.freeze({
    ...EMPTY_CONVERSATION,
    entries: Object.freeze([]),
    slots: Object.freeze([]),
  });
  expect(() => [said("a"), partial("b"), ended("b", 1), reply(1)].reduce(reduce, frozen)).not.toThrow();
});

describe("a turn that is taken back", () => {
  it("leaves the page as the reply to it, and its words are being heard again", () => {
    const before = [said("Hello."), ended("send fifty", 900), understood("send fifty"), said("To whom?"), reply(2)];
    const view = fold(...before, { type: "turn_retracted", revision: 1, at_ms: 2000 });
    expect(view.entries.map((entry) => (entry.kind === "note" ? entry.note : entry.text))).toEqual(["Hello."]);
    expect(view.partial).toBe("send fifty");
    expect(view.activity).toBe("hearing");
    expect(users(fold(...before, { type: "turn_retracted", revision: 1, at_ms: 2000 }, ended("send fifty to Joe", 2400)))).toHaveLength(1);
  });

  it("is nothing where nobody has spoken", () => {
    expect(fold(said("Hello."), { type: "turn_retracted", revision: 1, at_ms: 1 }).entries).toHaveLength(1);
  });
});
