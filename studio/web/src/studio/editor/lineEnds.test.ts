import { describe, expect, it } from "vitest";
import { plain, rebased, written } from "./lineEnds";

describe("line ends", () => {
  it.each(["a\r\nb\r\nc\r\n", "a\nb\n", "a\rb\rc", "\ufeffa\r\nb\nc\r\n", "", "\r\n\r\n"])("stay as they are where nothing was typed: %j", (file) => {
    expect(written(file, plain(file))).toBe(file);
  });

  it("are the file's own in what is typed, and stay elsewhere", () => {
    expect(written("a\r\nb\nc\r\n", "a\nbX\nY\nc\n")).toBe("a\r\nbX\r\nY\nc\r\n");
    expect(written("a\r\nb\r\nc\r\n", "a\nc\n")).toBe("a\r\nc\r\n");
    expect(written("a\r\n", "a\nb\n")).toBe("a\r\nb\r\n");
  });

  it("are those of the plain text again, whatever is typed", () => {
    const files = ["a\r\nb\r\nc", "a\r\n\r\nb\n", "\r\na\r\n"];
    const typed = ["", "\n", "a\nb", "a\n\n\nb\nc\n", "x\na\n"];
    for (const file of files) for (const text of typed) expect(plain(written(file, text))).toBe(text);
  });
});

describe("what others changed while one types", () => {
  it("comes in before or behind what is typed", () => {
    expect(rebased("one\ntwo\nthree\n", "one\ntwo\nthree, mine\n", "ONE\ntwo\nthree\n")).toBe("ONE\ntwo\nthree, mine\n");
    expect(rebased("one\ntwo\nthree\n", "mine: one\ntwo\nthree\n", "one\ntwo\nthree and four\n")).toBe("mine: one\ntwo\nthree and four\n");
  });

  it("is left to the person where both changed one place", () => {
    expect(rebased("one\ntwo\n", "one\nmine\n", "one\ntheirs\n")).toBeNull();
    expect(rebased("one\ntwo\n", "", "one\ntheirs\n")).toBeNull();
  });
});
