import { expect, it } from "vitest";
import { toCallMs, UNKNOWN_CLOCK, withPong } from "./clock";

it("does not know the call's time before the first answer", () => {
  expect(toCallMs(UNKNOWN_CLOCK, 1000)).toBeNull();
});

it("takes the middle of the round trip, and trusts the fastest", () => {
  const slow = withPong(UNKNOWN_CLOCK, 1000, 1100, 50);
  expect(toCallMs(slow, 1050)).toBe(50);
  const fast = withPong(slow, 2000, 2010, 1005);
  expect(fast).toEqual({ offsetMs: -1000, roundTripMs: 10 });
  expect(withPong(fast, 3000, 3080, 9999)).toBe(fast);
});

it("ignores answers that cannot be", () => {
  expect(withPong(UNKNOWN_CLOCK, 1000, 990, 50)).toBe(UNKNOWN_CLOCK);
  expect(withPong(UNKNOWN_CLOCK, 1000, 1010, Number.NaN)).toBe(UNKNOWN_CLOCK);
});
