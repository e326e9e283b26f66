import { describe, expect, it } from "vitest";
import { sentence } from "./sentence";

describe("sentence", () => {
  it("begins with a capital", () => {
    expect(sentence("there is no slot 'x'")).toBe("There is no slot 'x'");
    expect(sentence("")).toBe("");
  });

  it("leaves names as they are", () => {
    for (const text of ["endpoints.yml has no server 'crm'", "utter_hello is said nowhere", "'x' is no slot", "voice.yml: 'y'"]) expect(sentence(text)).toBe(text);
  });
});
