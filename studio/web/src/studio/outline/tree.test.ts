import { describe, expect, it } from "vitest";
import { type OutlineRow, placesOf } from "./tree";

const rows = (...levels: number[]): readonly OutlineRow[] => levels.map((level, index) => ({ id: String(index), key: null, level, edge: null, jump: null }));
const places = (...levels: number[]) => placesOf(rows(...levels)).map((place) => `${place["aria-posinset"]}/${place["aria-setsize"]}`);

describe("where a row of the outline is", () => {
  it("counts those beside it, not those inside it", () => {
    expect(places(1, 2, 2, 3, 2, 1, 2, 1)).toEqual(["1/3", "1/3", "2/3", "1/1", "3/3", "2/3", "1/1", "3/3"]);
  });

  it("says nothing of no rows", () => {
    expect(places()).toEqual([]);
  });
});
