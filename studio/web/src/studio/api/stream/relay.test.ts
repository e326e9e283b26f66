import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRelay } from "./relay";
import { SILENT_MS } from "./relaying";
import { editedOf, fakeOutside, helloOf } from "./testing";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function relay() {
  const outside = fakeOutside();
  const made = createRelay("s", () => undefined, outside);
  const open = (): readonly (readonly string[])[] => outside.streams.filter(({ isOpen }) => isOpen).map(({ projects }) => projects);
  const want = (tab: string, project: string): void => made.take(tab, { kind: "wants", projects: [project], isHeld: false });
  return { made, outside, open, want };
}

describe("a relay", () => {
  it("never has more than two streams open, however long nobody answers: a browser has six connections for everything", () => {
    const { made, outside, open, want } = relay();
    want("one", "bank");
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    for (let times = 0; times < 10; times += 1) {
      vi.advanceTimersByTime(SILENT_MS + 10_000);
      expect(open().length).toBeLessThanOrEqual(2);
    }
    expect(outside.streams.length).toBeGreaterThan(5);
    made.close();
    expect(open()).toEqual([]);
  });

  it("hears by the stream before until the newest has said something, whatever was asked for in between", () => {
    const { outside, open, want } = relay();
    want("one", "bank");
    outside.streams[0]?.say(helloOf("bank", "a.1"));
    want("two", "clinic");
    outside.streams[0]?.say(editedOf("bank", "a.2"));
    want("three", "shop");
    expect(open()).toEqual([["bank"], ["bank", "clinic", "shop"]]);
    outside.streams[2]?.say(helloOf("bank", "a.2"));
    expect(open()).toEqual([["bank", "clinic", "shop"]]);
  });
});
