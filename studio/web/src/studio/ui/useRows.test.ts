import { describe, expect, it } from "vitest";
import { pieced, withKept } from "./useRows";

const drawn = (...indexes: number[]) => indexes.map((index) => ({ index, key: `row ${index}`, start: 100 + index * 10, end: 110 + index * 10 }));

describe("the rows of a long list", () => {
  it("leaves gaps that are as high as what is not drawn", () => {
    expect(pieced(drawn(0, 4, 5, 9), 100, 200)).toEqual([
      { kind: "row", key: "row 0", index: 0 },
      { kind: "gap", key: "gap 1", height: 30 },
      { kind: "row", key: "row 4", index: 4 },
      { kind: "row", key: "row 5", index: 5 },
      { kind: "gap", key: "gap 4", height: 30 },
      { kind: "row", key: "row 9", index: 9 },
      { kind: "gap", key: "gap 6", height: 100 },
    ]);
  });

  it("is as high as the whole list where nothing is drawn", () => {
    expect(pieced([], 100, 200)).toEqual([{ kind: "gap", key: "gap 0", height: 200 }]);
  });

  it("draws what must stay beside what is in sight, each once and in order, and nothing that is not there", () => {
    const range = { startIndex: 50, endIndex: 52, overscan: 1, count: 1000 };
    expect(withKept(range, [999, 2, 51, -1, 1000])).toEqual([2, 49, 50, 51, 52, 53, 999]);
  });
});
