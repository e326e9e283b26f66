/** A page's side of the stream that it shares: what it wants to hear of, and whether anybody still speaks. */

import type { ProjectEvent } from "../types";
import { heardWith } from "./marks";
import type { FromRelay } from "./messages";
import type { Link, Way } from "./ways";

export type StreamState = "open" | "lost";

interface Listener {
  onEvent(event: ProjectEvent): void;
  onState(state: StreamState): void;
}

/** What of the browser tells a page that it sleeps, wakes, or has a network again. */
export interface PageLife {
  onSleep(then: () => void): void;
  onWake(then: () => void): void;
  onOnline(then: () => void): void;
  nowMs(): number;
  /** Take the lock of this page's name; false where there is none. */
  held(): Promise<boolean>;
}

/** A relay says every ten seconds that it lives. */
export const DEAF_MS = 45_000;
const LOOK_MS = 10_000;

export interface Listening {
  listen(project: string, listener: Listener): () => void;
}

export function createListening(tab: string, ways: readonly Way[], life: PageLife): Listening {
  const listeners = new Map<string, Set<Listener>>();
  const marks = new Map<string, string>();
  let link: Link | null = null;
  let way = -1;
  let isHeld: boolean | null = null;
  let heardMs = 0;
  /** How often in a row nobody was heard: once may be a sleep, twice is a way that does not work. */
  let deaf = 0;

  const all = (): readonly Listener[] => [...listeners.values()].flatMap((each) => [...each]);
  const wants = (): void => {
    if (isHeld !== null) link?.send({ kind: "wants", projects: [...listeners.keys()], isHeld });
  };

  const hear = (message: FromRelay): void => {
    heardMs = life.nowMs();
    deaf = 0;
    switch (message.kind) {
      case "who":
        return wants();
      case "lost":
        for (const { onState } of all()) onState("lost");
        return;
      case "missed":
        for (const { onEvent } of all()) onEvent({ type: "lost" });
        return;
      case "told": {
        const { news } = message;
        const concerned = [...(listeners.get(news.project) ?? [])];
        const { mark, events } = heardWith(marks.get(news.project), news);
        if (concerned.length === 0 || mark === undefined) return;
        marks.set(news.project, mark);
        if (news.type === "hello" && events.length > 0) for (const { onState } of concerned) onState("open");
        for (const event of events) for (const { onEvent } of concerned) onEvent(event);
      }
    }
  };

  const nextWay = (): void => {
    link?.close();
    link = null;
    deaf = 0;
    while (link === null && way < ways.length - 1) {
      way += 1;
      const tried = way;
      link = ways[way]?.(tab, hear, () => void (tried === way && nextWay())) ?? null;
    }
    heardMs = life.nowMs();
    wants();
  };

  const look = (): void => {
    if (Math.abs(life.nowMs() - heardMs) <= DEAF_MS) return;
    for (const { onState } of all()) onState("lost");
    deaf += 1;
    heardMs = life.nowMs();
    if (deaf > 1 && way < ways.length - 1) return nextWay();
    link?.renew();
    wants();
  };

  const begin = (): void => {
    nextWay();
    void life.held().then((isTaken) => {
      isHeld = isTaken;
      wants();
    });
    setInterval(look, LOOK_MS);
    life.onSleep(() => {
      link?.send({ kind: "gone" });
      link?.sleep();
    });
    // What was told meanwhile is noticed by the mark of the hello that is the answer.
    life.onWake(() => {
      link?.wake();
      wants();
    });
    life.onOnline(() => link?.send({ kind: "again" }));
  };

  return {
    listen(project, listener) {
      if (way < 0) begin();
      listeners.set(project, new Set([...(listeners.get(project) ?? []), listener]));
      wants();
      return () => {
        const left = listeners.get(project);
        left?.delete(listener);
        if (left?.size !== 0) return;
        listeners.delete(project);
        marks.delete(project);
        wants();
      };
    },
  };
}
