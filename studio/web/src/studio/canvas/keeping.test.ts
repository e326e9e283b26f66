import { describe, expect, it } from "vitest";
import { isSame, kept } from "./keeping";

const node = (id: string, x: number, title: string, ports: readonly string[] = ["next:0"]) => ({
  id,
  position: { x, y: 0 },
  data: { title, ports: ports.map((port) => ({ id: port, x: 120 })), watchers: [] as string[] },
});

describe("what is drawn", () => {
  it("stays the same objects where nothing changed", () => {
    const before = [node("a", 0, "A"), node("b", 1, "B")];
    const now = kept(before, [node("a", 0, "A"), node("b", 1, "B")]);
    expect(now.every((each, index) => each === before[index])).toBe(true);
  });

  it("is another object where something changed, with the old data where only the place changed", () => {
    const before = [node("a", 0, "A"), node("b", 1, "B")];
    const [a, b] = kept(before, [node("a", 5, "A"), node("b", 1, "Other")]);
    expect(a).not.toBe(before[0]);
    expect(a?.position.x).toBe(5);
    expect(a?.data).toBe(before[0]?.data);
    expect(b?.data.title).toBe("Other");
  });

  it("follows what comes and goes", () => {
    const before = [node("a", 0, "A"), node("b", 1, "B")];
    const now = kept(before, [node("b", 1, "B"), node("c", 2, "C")]);
    expect(now.map((each) => each.id)).toEqual(["b", "c"]);
    expect(now[0]).toBe(before[1]);
  });
});

describe("plain values", () => {
  it("are told apart by what they say", () => {
    expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(isSame({ a: undefined }, {})).toBe(false);
    expect(isSame([1], { 0: 1 })).toBe(false);
    expect(isSame({ a: 1 }, { b: 1 })).toBe(false);
    expect(isSame(null, {})).toBe(false);
  });
});
