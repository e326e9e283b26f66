import { expect, test } from "vitest";
import { flowsOfSet } from "./setWords";

const commits = [{ id: "abcdef0123456789", author: "Ana", at: 1, message: "Begin\n\nAll of it." }];
const nameOf = (id: string): string => id.toUpperCase();

test("each flow is told with the version it is of", () => {
  expect(flowsOfSet({ pay: "abcdef0123456789", block: null }, commits, nameOf)).toEqual(["PAY: as in “Begin”", "BLOCK: left out"]);
});

test("a commit that is not on the first page is told by its id", () => {
  expect(flowsOfSet({ pay: "fedcba9876543210" }, commits, nameOf)).toEqual(["PAY: as in “fedcba9876”"]);
});
