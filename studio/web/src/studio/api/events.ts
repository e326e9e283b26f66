/** What happens to a project while it is open, from the one stream that all pages of this browser share. */

import { PAGE_ID } from "./pageId";
import { createListening, type StreamState } from "./stream/listening";
import { held } from "./stream/locks";
import { byItself, byLeader, bySharedWorker } from "./stream/ways";
import type { ProjectEvent } from "./types";

export type { StreamState } from "./stream/listening";

const listening = createListening(PAGE_ID, [bySharedWorker, byLeader, byItself], {
  onSleep(then) {
    window.addEventListener("pagehide", then);
    document.addEventListener("freeze", then);
  },
  onWake(then) {
    window.addEventListener("pageshow", ({ persisted }) => persisted && then());
    document.addEventListener("resume", then);
  },
  onOnline: (then) => window.addEventListener("online", then),
  nowMs: () => Date.now(),
  held: () => held(PAGE_ID),
});

/** Listen until the returned function is called. What was missed on the way is told as `lost`: ask for everything anew. */
export function listen(project: string, onEvent: (event: ProjectEvent) => void, onState: (state: StreamState) => void): () => void {
  return listening.listen(project, { onEvent, onState });
}
