import { describe, expect, it } from "vitest";
import { heardWith } from "./marks";
import { editedOf, helloOf } from "./testing";

const told = (last: string | undefined, news: Parameters<typeof heardWith>[1]) => {
  const { mark, events } = heardWith(last, news);
  return [mark, ...events.map(({ type }) => type)];
};

describe("what a page has heard", () => {
  it("begins with the first hello, and not before", () => {
    expect(told(undefined, editedOf("bank", "a.4"))).toEqual([undefined]);
    expect(told(undefined, helloOf("bank", "a.4"))).toEqual(["a.4", "hello"]);
  });

  it("goes on with the next number", () => {
    expect(told("a.4", editedOf("bank", "a.5"))).toEqual(["a.5", "edited"]);
  });

  it("is not heard twice, by whichever stream it comes", () => {
    expect(told("a.4", editedOf("bank", "a.4"))).toEqual(["a.4"]);
    expect(told("a.4", editedOf("bank", "a.2"))).toEqual(["a.4"]);
    expect(told("a.4", helloOf("bank", "a.3"))).toEqual(["a.4"]);
  });

  it("lacks something where a number is left out", () => {
    expect(told("a.4", editedOf("bank", "a.6"))).toEqual(["a.6", "lost", "edited"]);
    expect(told("a.9", editedOf("bank", "a.11"))).toEqual(["a.11", "lost", "edited"]);
  });

  it("lacks nothing where a stream that was opened again is where the last one was", () => {
    expect(told("a.4", helloOf("bank", "a.4"))).toEqual(["a.4", "hello"]);
    expect(told("a.4", helloOf("bank", "a.7"))).toEqual(["a.7", "lost", "hello"]);
  });

  it("says nothing about a server that was started anew", () => {
    expect(told("a.4", helloOf("bank", "b.0"))).toEqual(["b.0", "lost", "hello"]);
    expect(told("a.4", editedOf("bank", "b.5"))).toEqual(["b.5", "lost", "edited"]);
  });
});
