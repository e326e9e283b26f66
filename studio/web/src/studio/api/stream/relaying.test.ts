import { describe, expect, it } from "vitest";
import { ALIVE_MS, delayMs, nextLookMs, NO_RELAY, type RelayEffect, type RelayInput, type RelayState, relayStep, SILENT_MS } from "./relaying";
import { editedOf, helloOf } from "./testing";

/** Take inputs one after another; returns where that leads and what it orders, a line each. */
function run(inputs: readonly (RelayInput | number)[], from: RelayState = NO_RELAY) {
  let state = from;
  let nowMs = 0;
  const orders: string[] = [];
  for (const input of inputs) {
    if (typeof input === "number") {
      nowMs += input;
      continue;
    }
    const [after, effects] = relayStep(state, input, { nowMs, chance: 1 });
    state = after;
    orders.push(...effects.map(wordsOf));
  }
  return { state, orders, nowMs };
}

function wordsOf(effect: RelayEffect): string {
  if (effect.kind === "open") return `open ${effect.projects.join("+")}`;
  if (effect.kind === "close") return "close";
  if (effect.kind === "left") return `${effect.tab} left ${effect.projects.join("+")}`;
  const { to, message } = effect;
  return `${to ?? "all"}: ${message.kind === "told" ? `${message.news.type} ${message.news.project} ${message.news.mark}` : message.kind}`;
}

const wants = (tab: string, ...projects: string[]): RelayInput => ({ type: "wants", tab, projects });
const heard = (line: Extract<RelayInput, { type: "heard" }>["line"]): RelayInput => ({ type: "heard", line });
const failed: RelayInput = { type: "failed" };
const passed: RelayInput = { type: "passed" };

describe("one stream for all pages", () => {
  it("is opened for the first, told to all who want it, and closed behind the last", () => {
    const { orders } = run([
      wants("one", "bank"), heard(helloOf("bank", "a.1")), wants("two", "bank"), heard(editedOf("bank", "a.2")),
      { type: "gone", tab: "one" }, { type: "gone", tab: "two" },
    ]);
    expect(orders).toEqual([
      "open bank", "one: hello bank a.1", "two: hello bank a.1", "one: edited bank a.2", "two: edited bank a.2",
      "one left bank", "two left bank", "close",
    ]);
  });

  it("is opened anew where another project is wanted, and left as it is where one is not wanted any more", () => {
    const { orders } = run([
      wants("one", "bank"), heard(helloOf("bank", "a.1")), wants("two", "clinic"), heard(helloOf("bank", "a.1")),
      heard(helloOf("clinic", "a.5")), { type: "gone", tab: "two" }, heard(editedOf("clinic", "a.6")), wants("one", "bank"),
    ]);
    expect(orders).toEqual([
      "open bank", "one: hello bank a.1", "open bank+clinic", "one: hello bank a.1", "two: hello clinic a.5",
      "two left clinic", "one: hello bank a.1",
    ]);
  });

  it("is opened anew for a page whose project was not there when it began", () => {
    const { orders } = run([wants("one", "bank", "made_later"), heard(helloOf("bank", "a.1")), wants("two", "made_later")]);
    expect(orders).toEqual(["open bank+made_later", "one: hello bank a.1", "open bank+made_later"]);
  });

  it("tells a page that comes later where things stand now", () => {
    const { state } = run([
      wants("one", "bank"), heard(helloOf("bank", "a.1")), heard(editedOf("bank", "a.2", 7)),
      heard({ type: "presence", project: "bank", mark: "a.3", people: [{ id: "ada", name: "Ada" }] }),
    ]);
    const [, effects] = relayStep(state, wants("two", "bank"), { nowMs: 0, chance: 1 });
    expect(effects).toEqual([
      { kind: "send", to: "two", message: { kind: "told", news: helloOf("bank", "a.3", { revision: 7, people: [{ id: "ada", name: "Ada" }] }) } },
    ]);
  });

  it("hands on to all that it is lost, or that it fell behind", () => {
    const { orders } = run([wants("one", "bank"), wants("two", "clinic"), heard({ type: "lost" }), failed]);
    expect(orders.slice(2)).toEqual(["all: missed", "close", "all: lost"]);
  });
});

describe("a stream that fails", () => {
  it("is tried again after longer and longer, and never all at once", () => {
    expect([1, 2, 3, 9].map((failures) => delayMs(failures, 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
    expect([1, 9].map((failures) => delayMs(failures, 0))).toEqual([500, 15_000]);
    const { orders, state, nowMs } = run([wants("one", "bank"), failed, 999, passed, 1, passed, failed]);
    expect(orders).toEqual(["open bank", "close", "all: lost", "all: alive", "all: alive", "open bank", "close", "all: lost"]);
    expect(nextLookMs(state, nowMs)).toBe(2_000);
  });

  it("begins with short waits again once something was heard", () => {
    const { state, nowMs } = run([wants("one", "bank"), failed, 1_000, passed, failed, 2_000, passed, heard({ type: "alive" }), failed]);
    expect(nextLookMs(state, nowMs)).toBe(1_000);
  });

  it("is tried at once where a page comes, or says that there is a network", () => {
    const down = run([wants("one", "bank"), failed]).state;
    expect(run([wants("one", "bank")], down).orders).toEqual(["one: lost"]);
    expect(run([wants("two", "bank")], down).orders).toEqual(["open bank"]);
    expect(run([{ type: "again" }], down).orders).toEqual(["open bank"]);
  });

  it("does not wait for a clock that was put back", () => {
    const { orders } = run([3_600_000, wants("one", "bank"), failed, -3_000_000, passed]);
    expect(orders.at(-1)).toBe("open bank");
  });
});

describe("a stream that says nothing any more", () => {
  const open = [wants("one", "bank"), heard(helloOf("bank", "a.1"))];

  it("is left alone as long as it says that it stands", () => {
    const { orders, state, nowMs } = run([...open, SILENT_MS, heard({ type: "alive" }), SILENT_MS, passed]);
    expect(orders.slice(2)).toEqual(["all: alive"]);
    expect(nextLookMs(state, nowMs)).toBe(ALIVE_MS);
  });

  it("is opened anew after a night's sleep", () => {
    expect(run([...open, 8 * 3_600_000, passed]).orders.slice(2)).toEqual(["all: alive", "all: lost", "open bank"]);
  });

  it("is opened anew where the clock was put back, which does no harm", () => {
    expect(run([8 * 3_600_000, ...open, -3_600_000, passed]).orders.slice(2)).toEqual(["all: alive", "all: lost", "open bank"]);
  });
});
