import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createListening, DEAF_MS, type PageLife } from "./listening";
import type { FromRelay, ToRelay } from "./messages";
import { createRelay } from "./relay";
import { editedOf, type FakeOutside, fakeOutside, helloOf } from "./testing";
import type { Way } from "./ways";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A relay that pages reach without a worker between. */
function relayed(outside: FakeOutside) {
  const pages = new Map<string, (message: FromRelay) => void>();
  const relay = createRelay("s", (to, message) => (to === null ? pages.forEach((hear) => hear(message)) : pages.get(to)?.(message)), outside);
  const way: Way = (tab, hear) => {
    pages.set(tab, hear);
    return { send: (message) => relay.take(tab, message), renew: () => undefined, sleep: () => undefined, wake: () => undefined, close: () => void pages.delete(tab) };
  };
  return way;
}

function page(tab: string, ...ways: readonly Way[]) {
  const life: Record<"sleep" | "wake" | "online", () => void> = { sleep: () => undefined, wake: () => undefined, online: () => undefined };
  const outside: PageLife = {
    onSleep: (then) => void (life.sleep = then),
    onWake: (then) => void (life.wake = then),
    onOnline: (then) => void (life.online = then),
    nowMs: () => Date.now(),
    held: async () => true,
  };
  const listening = createListening(tab, ways, outside);
  const heard: string[] = [];
  const listen = (project: string) => listening.listen(project, { onEvent: ({ type }) => heard.push(`${project} ${type}`), onState: (state) => heard.push(`${project} is ${state}`) });
  return { listen, heard, life };
}

const tick = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("pages of one browser", () => {
  it("share one stream, whichever projects they show", async () => {
    const outside = fakeOutside();
    const way = relayed(outside);
    const [one, two] = [page("one", way), page("two", way)];
    one.listen("bank");
    two.listen("clinic");
    await tick();
    expect(outside.streams.map(({ projects }) => projects)).toEqual([["bank"], ["bank", "clinic"]]);
    // The first stands until the second speaks, so that nothing is left out between them.
    expect(outside.streams.map(({ isOpen }) => isOpen)).toEqual([true, true]);
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    outside.streams[0]?.say(editedOf("bank", "a.2"));
    outside.streams[1]?.say(helloOf("bank", "a.1"));
    outside.streams[1]?.say(helloOf("clinic", "a.9"));
    outside.streams[1]?.say(editedOf("bank", "a.2"));
    expect(outside.streams.map(({ isOpen }) => isOpen)).toEqual([false, true]);
    expect(one.heard).toEqual(["bank is open", "bank hello", "bank edited"]);
    expect(two.heard).toEqual(["clinic is open", "clinic hello"]);
  });

  it("hear that the stream is lost, that it is there again, and whether anything was missed", async () => {
    const outside = fakeOutside();
    const one = page("one", relayed(outside));
    one.listen("bank");
    await tick();
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    for (const mark of ["a.1", "a.4"]) {
      outside.streams.at(-1)?.fail();
      expect(outside.streams.filter(({ isOpen }) => isOpen)).toEqual([]);
      await tick(1_000);
      outside.streams.at(-1)?.say(helloOf("bank", mark));
    }
    expect(one.heard).toEqual([
      "bank is open", "bank hello", "bank is lost", "bank is open", "bank hello", "bank is lost", "bank is open", "bank lost", "bank hello",
    ]);
  });

  it("are forgotten where they die without a word", async () => {
    const outside = fakeOutside();
    const way = relayed(outside);
    const [one, two] = [page("one", way), page("two", way)];
    one.listen("bank");
    two.listen("bank");
    await tick();
    outside.die("one");
    expect(outside.gone).toEqual(["one bank"]);
    expect(outside.streams.map(({ isOpen }) => isOpen)).toEqual([true]);
    outside.die("two");
    expect(outside.streams.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  it("ask anew when they wake, and hear what they have slept through as lost", async () => {
    const outside = fakeOutside();
    const way = relayed(outside);
    const [one, two] = [page("one", way), page("two", way)];
    one.listen("bank");
    two.listen("bank");
    await tick();
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    one.life.sleep();
    outside.streams[0]?.say(editedOf("bank", "a.2"));
    one.life.wake();
    expect(one.heard).toEqual(["bank is open", "bank hello", "bank is open", "bank lost", "bank hello"]);
    expect(two.heard).toEqual(["bank is open", "bank hello", "bank edited"]);
  });

  it("begin a project anew that they have left", async () => {
    const outside = fakeOutside();
    const one = page("one", relayed(outside));
    const stop = one.listen("bank");
    await tick();
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    stop();
    expect(outside.streams[0]?.isOpen).toBe(false);
    one.listen("bank");
    outside.streams[1]?.say(helloOf("bank", "a.8"));
    expect(one.heard).toEqual(["bank is open", "bank hello", "bank is open", "bank hello"]);
  });
});

describe("a page that hears nobody", () => {
  it("looks for the relay once, then goes another way", async () => {
    const asked: ToRelay[] = [];
    let renewed = 0;
    let closed = 0;
    const mute: Way = () => ({ send: (message) => asked.push(message), renew: () => (renewed += 1), sleep: () => undefined, wake: () => undefined, close: () => (closed += 1) });
    const outside = fakeOutside();
    const one = page("one", mute, relayed(outside));
    one.listen("bank");
    await tick(DEAF_MS + 10_000);
    expect([renewed, closed, outside.streams.length]).toEqual([1, 0, 0]);
    expect(asked.map(({ kind }) => kind)).toEqual(["wants", "wants"]);
    await tick(DEAF_MS + 10_000);
    expect([renewed, closed]).toEqual([1, 1]);
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    expect(one.heard.slice(-2)).toEqual(["bank is open", "bank hello"]);
  });

  it("takes the next way at once where one cannot be gone, or breaks", async () => {
    const outside = fakeOutside();
    let breakDown = (): void => undefined;
    const broken: Way = (_, __, onBroken) => {
      breakDown = onBroken;
      return { send: () => undefined, renew: () => undefined, sleep: () => undefined, wake: () => undefined, close: () => undefined };
    };
    const one = page("one", () => null, broken, relayed(outside));
    one.listen("bank");
    await tick();
    expect(outside.streams).toEqual([]);
    breakDown();
    expect(outside.streams.map(({ projects }) => projects)).toEqual([["bank"]]);
  });
});
