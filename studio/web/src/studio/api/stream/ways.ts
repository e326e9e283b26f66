/** The ways in which a page can be connected with the relay that holds its browser's stream: the first that works is taken.
 *
 *     a worker that all pages share ─ else ─ the page that leads ─ else ─ each page its own
 */

import { newName } from "../pageId";
import { type Lead, type LeadInput, leadStep } from "./leading";
import { locksHere } from "./locks";
import { type FromRelay, PROTOCOL, type ToRelay } from "./messages";
import { createRelay, type Relay } from "./relay";
import type { FromPage } from "./relayWorker";

export interface Link {
  send(message: ToRelay): void;
  /** The relay is not heard any more: look for it, or for another. */
  renew(): void;
  /** The page is put to sleep, or wakes. */
  sleep(): void;
  wake(): void;
  close(): void;
}

/** Null where a browser cannot go this way; `onBroken` is called when that turns out later. */
export type Way = (tab: string, hear: (message: FromRelay) => void, onBroken: () => void) => Link | null;

const NOTHING = (): void => undefined;

export const bySharedWorker: Way = (tab, hear, onBroken) => {
  if (typeof SharedWorker === "undefined") return null;
  let port: MessagePort | null = null;
  const connect = (): void => {
    port?.close();
    const worker = new SharedWorker(new URL("./relayWorker.ts", import.meta.url), { type: "module", name: "vivavoce.studio.events" });
    worker.onerror = onBroken;
    worker.port.onmessage = ({ data }: MessageEvent<FromRelay>) => hear(data);
    port = worker.port;
  };
  try {
    connect();
  } catch {
    // A browser that keeps nothing of this server may refuse it.
    return null;
  }
  return {
    send: (message) => port?.postMessage({ tab, message } satisfies FromPage),
    renew: () => {
      try {
        connect();
      } catch {
        onBroken();
      }
    },
    sleep: NOTHING,
    wake: NOTHING,
    close: () => port?.close(),
  };
};

type OnChannel = { readonly from: string; readonly message: ToRelay } | { readonly to: string | null; readonly message: FromRelay };

export const byLeader: Way = (tab, hear, onBroken) => {
  const locks = locksHere();
  if (locks === null || typeof BroadcastChannel === "undefined") return null;
  const channel = openChannel();
  if (channel === null) return null;
  let lead: Lead = "asleep";
  let relay: Relay | null = null;
  let withdraw = NOTHING;
  let release = NOTHING;

  const request = (isRobbing: boolean): void => {
    const waiting = new AbortController();
    let isGranted = false;
    withdraw = () => waiting.abort();
    const granted = (): Promise<void> =>
      new Promise((resolve) => {
        isGranted = true;
        release = resolve;
        take("granted");
      });
    locks.request(`${PROTOCOL}.lead`, isRobbing ? { steal: true } : { signal: waiting.signal }, granted).catch(() => {
      if (isGranted) take("robbed");
      else if (!waiting.signal.aborted) onBroken();
    });
  };

  const begin = (): void => {
    relay = createRelay(newName(), (to, message) => {
      if (to !== tab) channel.postMessage({ to, message } satisfies OnChannel);
      if (to === null || to === tab) hear(message);
    });
    channel.postMessage({ to: null, message: { kind: "who" } } satisfies OnChannel);
    hear({ kind: "who" });
  };

  const end = (): void => {
    relay?.close();
    relay = null;
  };

  const effects = { ask: () => request(false), rob: () => request(true), withdraw: () => withdraw(), begin, end, release: () => release() };
  const take = (input: LeadInput): void => {
    const [after, ordered] = leadStep(lead, input);
    lead = after;
    for (const effect of ordered) effects[effect]();
  };

  channel.onmessage = ({ data }: MessageEvent<OnChannel>) => {
    if ("from" in data) relay?.take(data.from, data.message);
    // One that has lost the lead may still have something in the line.
    else if (relay === null && (data.to === null || data.to === tab)) hear(data.message);
  };
  take("wakes");
  return {
    send: (message) => (relay === null ? channel.postMessage({ from: tab, message } satisfies OnChannel) : relay.take(tab, message)),
    renew: () => take("deaf"),
    sleep: () => take("sleeps"),
    wake: () => take("wakes"),
    close: () => {
      take("sleeps");
      channel.close();
    },
  };
};

function openChannel(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(PROTOCOL);
  } catch {
    return null;
  }
}

export const byItself: Way = (tab, hear) => {
  let relay: Relay | null = null;
  const begin = (): void => {
    relay?.close();
    relay = createRelay(newName(), (_, message) => hear(message));
  };
  begin();
  return { send: (message) => relay?.take(tab, message), renew: begin, sleep: NOTHING, wake: NOTHING, close: () => relay?.close() };
};
