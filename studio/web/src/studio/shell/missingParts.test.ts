import { describe, expect, it } from "vitest";
import { isMissingPart, isOtherPage } from "./missingParts";

describe("a part of the page that is not there", () => {
  it("is told from an error, as each browser says it", () => {
    for (const words of ["Failed to fetch dynamically imported module: /assets/x.js", "error loading dynamically imported module: /assets/x.js", "Importing a module script failed.", "Unable to preload CSS for /assets/x.css"])
      expect(isMissingPart(new TypeError(words))).toBe(true);
    expect(isMissingPart(new TypeError("x is undefined"))).toBe(false);
    expect(isMissingPart("x")).toBe(false);
  });

  it("belongs to another version where the page begins with another script", () => {
    const page = (script: string): string => `<html><script type="module" crossorigin src="${script}"></script></html>`;
    expect(isOtherPage(page("/assets/index-b.js"), "/assets/index-a.js")).toBe(true);
    expect(isOtherPage(page("/assets/index-a.js"), "/assets/index-a.js")).toBe(false);
    expect(isOtherPage("<h1>Bad gateway</h1>", "/assets/index-a.js")).toBe(false);
    expect(isOtherPage(page("/assets/index-b.js"), null)).toBe(false);
  });
});
