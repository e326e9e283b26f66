/** Where a call stands: idle → asking → connecting → live ⇄ unsteady → ended, with what went wrong beside it. */

export type ProblemCode =
  | "mic-denied"
  | "mic-missing"
  | "mic-busy"
  | "insecure-page"
  | "webrtc-missing"
  | "server-unreachable"
  | "server-unavailable"
  | "offer-refused"
  | "connection-failed"
  | "connection-lost";

export interface Problem {
  readonly code: ProblemCode;
  /** The server's own words, if it had any. */
  readonly detail: string | null;
  /** The server's name for it, such as `assistant-invalid`. */
  readonly serverCode?: string;
}

export type Ending = "caller" | "assistant" | "stopping" | "broken" | "lost";

export type Phase =
  | { readonly kind: "idle"; readonly problem: Problem | null }
  | { readonly kind: "asking" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly sinceMs: number }
  | { readonly kind: "unsteady"; readonly sinceMs: number }
  | {
      readonly kind: "ended";
      readonly seconds: number;
      readonly ending: Ending;
      readonly problem: Problem | null;
    };

export type PhaseEvent =
  | { type: "place" }
  | { type: "microphone_ready" }
  | { type: "connected"; at_ms: number }
  | { type: "unsteady" }
  | { type: "ended"; at_ms: number; ending: Ending }
  | { type: "failed"; at_ms: number; problem: Problem }
  | { type: "problem_dismissed" };

export const IDLE: Phase = { kind: "idle", problem: null };

export function isInCall(phase: Phase): boolean {
  return phase.kind !== "idle" && phase.kind !== "ended";
}

export function problemOf(phase: Phase): Problem | null {
  return phase.kind === "idle" || phase.kind === "ended" ? phase.problem : null;
}

/** Take in what happened to the call; events that come too late change nothing. */
export function stepPhase(phase: Phase, event: PhaseEvent): Phase {
  switch (event.type) {
    case "place":
      return isInCall(phase) ? phase : { kind: "asking" };
    case "microphone_ready":
      return phase.kind === "asking" ? { kind: "connecting" } : phase;
    case "connected":
      if (phase.kind === "connecting") return { kind: "live", sinceMs: event.at_ms };
      return phase.kind === "unsteady" ? { kind: "live", sinceMs: phase.sinceMs } : phase;
    case "unsteady":
      return phase.kind === "live" ? { kind: "unsteady", sinceMs: phase.sinceMs } : phase;
    case "ended":
      return end(phase, event.at_ms, event.ending, null);
    case "failed":
      return end(phase, event.at_ms, "lost", event.problem);
    case "problem_dismissed":
      return problemOf(phase) === null ? phase : ({ ...phase, problem: null } as Phase);
  }
}

const ENDINGS: Record<string, Ending> = {
  "caller-hung-up": "caller",
  "server-stopping": "stopping",
  "internal-error": "broken",
  "connection-lost": "lost",
  "caller-vanished": "lost",
  "never-connected": "lost",
};

/** Who ended the call, by the reason in `call_ended`; an assistant gives reasons of its own. */
export function endingFor(reason: string): Ending {
  return ENDINGS[reason] ?? "assistant";
}

/** A call that never became live leaves no trace but its problem. */
function end(phase: Phase, atMs: number, ending: Ending, problem: Problem | null): Phase {
  if (phase.kind === "live" || phase.kind === "unsteady") {
    return { kind: "ended", seconds: Math.round((atMs - phase.sinceMs) / 1000), ending, problem };
  }
  return isInCall(phase) ? { kind: "idle", problem } : phase;
}
