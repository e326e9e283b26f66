/** Turns what browsers and the server report into the problems that the page can explain. */

import type { Problem, ProblemCode } from "../core/phase";

export class CallFailed extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

export function failed(code: ProblemCode, detail: string | null = null): CallFailed {
  return new CallFailed({ code, detail });
}

const MICROPHONE: Record<string, ProblemCode> = {
  NotAllowedError: "mic-denied",
  SecurityError: "mic-denied",
  NotFoundError: "mic-missing",
  OverconstrainedError: "mic-missing",
  NotReadableError: "mic-busy",
  AbortError: "mic-busy",
};

export function microphoneFailure(error: unknown): CallFailed {
  const name = error instanceof DOMException ? error.name : "";
  return failed(MICROPHONE[name] ?? "mic-missing");
}

/** The problem behind an answer to the offer that is not 201. */
export async function refusal(response: Response): Promise<CallFailed> {
  const code: ProblemCode = response.status === 503 ? "server-unavailable" : "offer-refused";
  const body: unknown = await response.json().catch(() => null);
  const { message, code: serverCode } = (body ?? {}) as { message?: unknown; code?: unknown };
  const problem = { code, detail: typeof message === "string" ? message : null };
  return new CallFailed(typeof serverCode === "string" ? { ...problem, serverCode } : problem);
}
