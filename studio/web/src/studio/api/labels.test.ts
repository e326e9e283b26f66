import { describe, expect, it } from "vitest";
import { shortened } from "./labels";

describe("a gesture's label", () => {
  it("is cut where a whole answer stands in it, and never within a character", () => {
    expect(shortened("Add “Hello”")).toBe("Add “Hello”");
    const long = shortened("🎂".repeat(339));
    expect([...long]).toHaveLength(120);
    expect(long.endsWith("🎂…")).toBe(true);
  });
});
