import { describe, expect, it } from "vitest";
import type { Gesture } from "./documentStore";
import { keepQueue, takenQueue } from "./keptQueue";
import { NOTHING_SELECTED } from "./history";

const gesture = (label: string): Gesture => ({ id: 1, kind: "edit", name: label, base: { flows: {}, files: {} }, label, commands: [], before: NOTHING_SELECTED, after: NOTHING_SELECTED });

function memory(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** A tab of a browser in which the named tabs are open. */
const tab = (id: string, open: readonly string[]) => ({ id, inherit: async (other: string, take: () => void) => (open.includes(other) ? undefined : take()) });
const labels = (queue: readonly Gesture[]): readonly string[] => queue.map(({ label }) => label);

describe("what was not sent", () => {
  it("is neither lost nor taken by another open tab", async () => {
    const storage = memory();
    keepQueue(storage, "bank", "one", [gesture("of one")]);
    keepQueue(storage, "bank", "two", []);
    expect(await takenQueue(storage, "bank", tab("two", ["one", "two"]))).toEqual([]);
    expect(labels(await takenQueue(storage, "bank", tab("one", ["one", "two"])))).toEqual(["of one"]);
  });

  it("is said not to outlive the page where there is no room or no storage", () => {
    const full = { ...memory(), setItem: () => { throw new DOMException("no room", "QuotaExceededError"); } };
    expect(keepQueue(full, "bank", "one", [gesture("long")])).toBe(false);
    expect(keepQueue(null, "bank", "one", [gesture("long")])).toBe(false);
    expect([memory(), full, null].map((storage) => keepQueue(storage, "bank", "one", []))).toEqual([true, true, true]);
    expect(keepQueue(memory(), "bank", "one", [gesture("long")])).toBe(true);
  });

  it("is taken over from a tab that was closed, once", async () => {
    const storage = memory();
    keepQueue(storage, "bank", "gone", [gesture("of gone")]);
    keepQueue(storage, "bank.other", "gone", [gesture("of another project")]);
    expect(labels(await takenQueue(storage, "bank", tab("two", ["two", "three"])))).toEqual(["of gone"]);
    expect(await takenQueue(storage, "bank", tab("three", ["two", "three"]))).toEqual([]);
    expect(labels(await takenQueue(storage, "bank", tab("two", ["two", "three"])))).toEqual(["of gone"]);
  });
});
