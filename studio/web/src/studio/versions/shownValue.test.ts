import { expect, test } from "vitest";
import { shownValue } from "./shownValue";

test("a response is read without brackets and braces", () => {
  const value = [{ text: "Hello.", buttons: [{ title: "Yes", payload: "/affirm" }] }, { text: "Hi." }];
  expect(shownValue(value)).toBe(
    ["• text: Hello.", "  buttons:", "    • title: Yes", "      payload: /affirm", "• text: Hi."].join("\n"),
  );
});

test.each([
  ["plain", "plain"],
  ["two\nlines", "two\nlines"],
  [true, "true"],
  ["true", "“true”"],
  [1, "1"],
  ["1.0", "“1.0”"],
  ["", "“”"],
  [undefined, ""],
  [null, ""],
  [[], "empty"],
  [{}, "empty"],
  [["a", "b"], "• a\n• b"],
  [{ min: null, list: [] }, "min: null\nlist: empty"],
])("%j is shown as %j", (value, shown) => expect(shownValue(value)).toBe(shown));
