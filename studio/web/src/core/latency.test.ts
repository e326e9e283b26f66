import { expect, it } from "vitest";
import { accountFor, median } from "./latency";

const PARTS = { first_audio: 90, endpoint: 400, recognition: 130, flow: 1, understanding: 20 };

it("orders the parts along the critical path and adds nothing when they explain the gap", () => {
  const parts = accountFor(641, PARTS);
  expect(parts.map((part) => part.name)).toEqual([
    "endpoint",
    "recognition",
    "understanding",
    "flow",
    "first_audio",
  ]);
  expect(parts.reduce((sum, part) => sum + part.ms, 0)).toBe(641);
  expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(1);
});

it.each([
  [660, PARTS],
  [600, PARTS],
  [641, { endpoint: 400, brand_new_part: 241 }],
  [0, {}],
  [333, { endpoint: 110.6, recognition: 110.6, understanding: 110.6 }],
])("shows numbers that add up to a gap of %i ms whatever the parts are", (gapMs, parts) => {
  const shown = accountFor(gapMs, parts);
  expect(shown.reduce((sum, part) => sum + part.ms, 0)).toBe(gapMs);
  for (const part of shown) expect(part.share).toBeGreaterThanOrEqual(0);
});

it("names what is left over", () => {
  expect(accountFor(660, PARTS).at(-1)).toMatchObject({ name: "other", ms: 19 });
});

it("finds the middle", () => {
  expect(median([])).toBeNull();
  expect(median([5])).toBe(5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 3, 10])).toBe(2.5);
});
