import { describe, expect, it } from "vitest";
import { type Lead, type LeadInput, leadStep } from "./leading";

function run(...inputs: readonly LeadInput[]): readonly string[] {
  let lead: Lead = "asleep";
  const ordered: string[] = [];
  for (const input of inputs) {
    const [after, effects] = leadStep(lead, input);
    lead = after;
    ordered.push(...effects);
  }
  return [...ordered, lead];
}

describe("who leads", () => {
  it("is whoever the lock is given to", () => {
    expect(run("wakes")).toEqual(["ask", "asking"]);
    expect(run("wakes", "granted")).toEqual(["ask", "begin", "leading"]);
  });

  it("is not a page that sleeps, nor one that waits in its sleep", () => {
    expect(run("wakes", "granted", "sleeps")).toEqual(["ask", "begin", "end", "release", "asleep"]);
    expect(run("wakes", "sleeps", "granted")).toEqual(["ask", "withdraw", "release", "asleep"]);
    expect(run("wakes", "granted", "sleeps", "wakes")).toEqual(["ask", "begin", "end", "release", "ask", "asking"]);
  });

  it("is taken from one that is not heard any more, which steps back into the line", () => {
    expect(run("wakes", "deaf", "granted")).toEqual(["ask", "withdraw", "rob", "begin", "leading"]);
    expect(run("wakes", "granted", "robbed")).toEqual(["ask", "begin", "end", "ask", "asking"]);
  });

  it("takes the lead from nobody in its sleep, nor from itself", () => {
    expect(run("deaf")).toEqual(["asleep"]);
    expect(run("wakes", "granted", "deaf")).toEqual(["ask", "begin", "leading"]);
  });
});
