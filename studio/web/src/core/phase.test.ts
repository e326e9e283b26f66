import { expect, it } from "vitest";
import { IDLE, isInCall, problemOf, stepPhase, endingFor, type Phase, type PhaseEvent } from "./phase";

const run = (...events: PhaseEvent[]): Phase => events.reduce(stepPhase, IDLE);
const UP: PhaseEvent[] = [
  { type: "place" },
  { type: "microphone_ready" },
  { type: "connected", at_ms: 1000 },
];
const LOST: PhaseEvent = { type: "failed", at_ms: 9000, problem: { code: "connection-lost", detail: null } };

it("goes up and down", () => {
  expect(run(...UP)).toEqual({ kind: "live", sinceMs: 1000 });
  const ended = run(...UP, { type: "ended", at_ms: 43_400, ending: "caller" });
  expect(ended).toEqual({ kind: "ended", seconds: 42, ending: "caller", problem: null });
  expect(isInCall(ended)).toBe(false);
  expect(run(...UP, { type: "ended", at_ms: 2000, ending: "caller" }, { type: "place" })).toEqual({
    kind: "asking",
  });
});

it("keeps its time through an unsteady moment", () => {
  expect(run(...UP, { type: "unsteady" }, { type: "connected", at_ms: 7000 })).toEqual({
    kind: "live",
    sinceMs: 1000,
  });
});

it("keeps the conversation's end and its problem when the connection drops", () => {
  expect(run(...UP, LOST)).toMatchObject({
    kind: "ended",
    seconds: 8,
    ending: "lost",
    problem: { code: "connection-lost" },
  });
});

it("returns to idle with the problem when a call never came up", () => {
  const denied: PhaseEvent = { type: "failed", at_ms: 1, problem: { code: "mic-denied", detail: null } };
  const phase = run({ type: "place" }, denied);
  expect(problemOf(phase)?.code).toBe("mic-denied");
  expect(stepPhase(phase, { type: "problem_dismissed" })).toEqual(IDLE);
});

it("knows who ended the call", () => {
  expect(["caller-hung-up", "server-stopping", "hangup"].map(endingFor)).toEqual([
    "caller",
    "stopping",
    "assistant",
  ]);
});

it("ignores what comes too late", () => {
  const ended = run(...UP, { type: "ended", at_ms: 2000, ending: "caller" });
  for (const late of [LOST, { type: "unsteady" }, { type: "connected", at_ms: 5 }] as PhaseEvent[]) {
    expect(stepPhase(ended, late)).toBe(ended);
  }
});
