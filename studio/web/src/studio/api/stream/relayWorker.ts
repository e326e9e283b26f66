/** The relay in a worker that all pages of a browser share: it lives as long as one of them. */

import { newName } from "../pageId";
import type { ToRelay } from "./messages";
import { createRelay } from "./relay";

/** What a page says, and who it is. */
export interface FromPage {
  readonly tab: string;
  readonly message: ToRelay;
}

const ports = new Map<string, MessagePort>();
const relay = createRelay(newName(), (to, message) => {
  if (to !== null) ports.get(to)?.postMessage(message);
  else for (const port of ports.values()) port.postMessage(message);
});

const scope = self as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = ({ ports: [port] }) => {
  if (port === undefined) return;
  port.onmessage = ({ data: { tab, message } }: MessageEvent<FromPage>) => {
    if (message.kind === "gone") ports.delete(tab);
    else ports.set(tab, port);
    relay.take(tab, message);
  };
};
