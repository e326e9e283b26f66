/** Relates the page's clock to the call's: each answered ping bounds the offset, the fastest bounds it best. */

export interface Clock {
  /** `call_ms` = page milliseconds + offset; null until the first answer. */
  readonly offsetMs: number | null;
  /** Shortest round trip so far, in milliseconds; the offset is off by at most half of it. */
  readonly roundTripMs: number | null;
}

export const UNKNOWN_CLOCK: Clock = { offsetMs: null, roundTripMs: null };

/** Take in a pong: sent and received on the page's clock, `callMs` read by the server in between. */
export function withPong(clock: Clock, sentMs: number, receivedMs: number, callMs: number): Clock {
  const roundTripMs = receivedMs - sentMs;
  if (!Number.isFinite(callMs) || roundTripMs < 0) return clock;
  if (clock.roundTripMs !== null && clock.roundTripMs <= roundTripMs) return clock;
  return { offsetMs: callMs - (sentMs + receivedMs) / 2, roundTripMs };
}

/** A moment of the page's clock as milliseconds of the call, or null while the offset is unknown. */
export function toCallMs(clock: Clock, pageMs: number): number | null {
  return clock.offsetMs === null ? null : pageMs + clock.offsetMs;
}
