/** What happens to a project while it is open, from the server's event stream. */

import { projectUrl } from "./client";
import { PAGE_ID } from "./pageId";
import type { ProjectEvent } from "./types";

export type StreamState = "open" | "lost";

/** Names that the server may give its events; unnamed ones arrive as `message`. */
const NAMES = ["message", "hello", "edited", "findings", "presence", "job", "comment", "comments", "files_changed", "published", "lost"] as const;

/** Listen until the returned function is called. The browser connects again by itself; `onState` tells of it. */
export function listen(
  project: string,
  onEvent: (event: ProjectEvent) => void,
  onState: (state: StreamState) => void,
): () => void {
  const source = new EventSource(projectUrl(project, `/events?client=${PAGE_ID}`));
  const take = (message: MessageEvent<string>): void => {
    const event = parsed(message);
    if (event !== null) onEvent(event);
  };
  for (const name of NAMES) source.addEventListener(name, take as EventListener);
  source.onopen = () => onState("open");
  source.onerror = () => onState("lost");
  return () => source.close();
}

function parsed(message: MessageEvent<string>): ProjectEvent | null {
  try {
    const body = JSON.parse(message.data) as Record<string, unknown>;
    return { type: message.type, ...body } as ProjectEvent;
  } catch {
    return null;
  }
}
