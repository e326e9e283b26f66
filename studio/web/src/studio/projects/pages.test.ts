import { describe, expect, it } from "vitest";
import { detailWords } from "../people/detailWords";
import { grown, type Followed } from "../train/useJob";
import type { Job } from "../train/trainApi";
import { changedFields } from "../versions/changedFields";
import type { Step } from "../api/types";
import { idOf, isProjectId, nameOfFile } from "./projectId";

describe("identifiers of assistants", () => {
  it("come from any name, and are such that the server takes", () => {
    expect(idOf("Zahnärzte Groß & Söhne!")).toBe("zahnarzte-gross-sohne");
    expect(idOf("日本")).toBe("");
    expect(isProjectId(idOf("x".repeat(100)))).toBe(true);
    expect([isProjectId("-a"), isProjectId("A"), isProjectId("a_b-1")]).toEqual([false, false, true]);
    expect(nameOfFile("my-clinic_2.zip")).toBe("my clinic 2");
  });
});

describe("the log of a training", () => {
  const told = (lines: string[], n: number): Job => ({ id: "1", by: "", began_at: 0, ended_at: null, state: "running", message: "", result: null, n_lines: n, lines });
  it("grows by what is new, and begins anew with a stream that was opened again", () => {
    const nothing: Followed = { job: null, lines: [], isLost: false };
    const first = grown(nothing, told(["a", "b"], 2));
    const second = grown(first, told(["c"], 3));
    expect(second.lines).toEqual(["a", "b", "c"]);
    expect(grown(second, told(["a", "b", "c", "d"], 4)).lines).toEqual(["a", "b", "c", "d"]);
  });
});

describe("differences", () => {
  const step = (fields: Step["fields"]): Step => ({ key: "x", id: "x", type: "action", fields, path: [], line: 1, end_line: 1, depth: 0 });
  it("tell each field that changed, came or went", () => {
    expect(changedFields(step({ action: "a", effect: "read" }), step({ action: "b", note: [1] }))).toEqual([
      { name: "action", was: "a", now: "b" },
      { name: "effect", was: "read", now: "" },
      { name: "note", was: "", now: "• 1" },
    ]);
  });
});

describe("the record of what was done", () => {
  it("is one line without what is empty", () => {
    expect(detailWords({ label: "Rename", flows: ["a", "b"], files: [], message: "" })).toBe("label: Rename · flows: a, b");
  });
});
