/** Holds the one stream of a browser: runs `relaying.ts` over the browser's EventSource, clock and locks. */

import { whenFree } from "./locks";
import type { FromRelay, Line, ToRelay } from "./messages";
import { nextLookMs, NO_RELAY, type RelayEffect, type RelayInput, type RelayState, relayStep } from "./relaying";

export interface Relay {
  take(tab: string, message: ToRelay): void;
  close(): void;
}

/** What a relay needs of the browser. */
export interface RelayOutside {
  /** Open a stream; returns what closes it. */
  open(url: string, onLine: (line: Line) => void, onFailed: () => void): () => void;
  left(tab: string, project: string): void;
  whenFree(tab: string, then: () => void): void;
  nowMs(): number;
  chance(): number;
}

/** `name`: of the stream, by which the server knows whose pages hear by it. `send`: to one page, or to all. */
export function createRelay(name: string, send: (to: string | null, message: FromRelay) => void, outside: RelayOutside = browser): Relay {
  let state: RelayState = NO_RELAY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  /** The streams that are open, the latest last: two while one takes over from another. */
  let open: { close: () => void; hasSpoken: boolean }[] = [];
  const watched = new Set<string>();

  const closeBut = (kept: object | null): void => {
    for (const stream of open) if (stream !== kept) stream.close();
    open = open.filter((stream) => stream === kept);
  };

  const begin = (projects: readonly string[]): void => {
    const stream = { close: (): void => undefined as void, hasSpoken: false };
    const isLatest = (): boolean => open.at(-1) === stream;
    const asked = new URLSearchParams([["stream", name], ...projects.map((project) => ["project", project])]);
    // No more than one stands beside it, however long nobody answers: a browser has six connections for everything.
    closeBut(open.findLast(({ hasSpoken }) => hasSpoken) ?? open.at(-1) ?? null);
    open.push(stream);
    stream.close = outside.open(
      `/api/events?${asked.toString()}`,
      (line) => {
        stream.hasSpoken = true;
        if (isLatest()) closeBut(stream);
        take({ type: "heard", line });
      },
      () => {
        stream.close();
        const wasLatest = isLatest();
        open = open.filter((each) => each !== stream);
        if (wasLatest) take({ type: "failed" });
      },
    );
  };

  const carryOut = (effect: RelayEffect): void => {
    switch (effect.kind) {
      case "open":
        return begin(effect.projects);
      case "close":
        return closeBut(null);
      case "send":
        return send(effect.to, effect.message);
      case "left":
        for (const project of effect.projects) outside.left(effect.tab, project);
    }
  };

  const take = (input: RelayInput): void => {
    if (isClosed) return;
    const [after, effects] = relayStep(state, input, { nowMs: outside.nowMs(), chance: outside.chance() });
    state = after;
    for (const effect of effects) carryOut(effect);
    // Any news would put off what has to be told every ten seconds.
    if (input.type === "heard") return;
    clearTimeout(timer);
    timer = setTimeout(() => take({ type: "passed" }), nextLookMs(state, outside.nowMs()));
  };

  return {
    take(tab, message) {
      if (message.kind === "again") return take({ type: "again" });
      if (message.kind === "gone") return take({ type: "gone", tab });
      take({ type: "wants", tab, projects: message.projects });
      if (!message.isHeld || watched.has(tab)) return;
      watched.add(tab);
      outside.whenFree(tab, () => {
        watched.delete(tab);
        take({ type: "gone", tab });
      });
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      closeBut(null);
    },
  };
}

const browser: RelayOutside = {
  open(url, onLine, onFailed) {
    const source = new EventSource(url);
    source.onmessage = ({ data }: MessageEvent<string>) => onLine(JSON.parse(data) as Line);
    // The browser would try again by itself, at once and for ever.
    source.onerror = onFailed;
    return () => source.close();
  },
  left(tab, project) {
    const body = JSON.stringify({ client: tab, is_leaving: true });
    const asked = { method: "POST", body, headers: { "Content-Type": "application/json" }, keepalive: true };
    void fetch(`/api/projects/${encodeURIComponent(project)}/presence`, asked).catch(() => undefined);
  },
  whenFree,
  nowMs: () => Date.now(),
  chance: () => Math.random(),
};
