/** Keeps an open document up with what others do: what they changed is fetched once they pause, and told.
 *
 *     event ─► pending news ─ SETTLE_MS ─► queue empty? ─ yes ─► news still? ─► refresh, tell
 *                  ▲                            │ no
 *                  └────────────────────────────┘  a gesture that waits was made on what is seen: first it is sent, so
 *                                                  that the server can tell whether it fits what others did
 */

import type { DocumentStore } from "./documentStore";

/** How long files may go on changing before what they became is fetched. */
export const SETTLE_MS = 150;
/** When to try again what could not be fetched. */
const AGAIN_MS = 2_000;

export interface News {
  /** The revision that others made; null where nobody knows: after a lost connection, or when files changed by hand. */
  readonly revision: number | null;
  /** The flows that are other than before; null: it may be any. */
  readonly flows: readonly string[] | null;
  /** What the person is told. */
  readonly words: string | null;
}

export interface Follower {
  hear(news: News): void;
  close(): void;
}

/** `onNews` is called when what others did is there. */
export function followOthers(store: DocumentStore, onNews: (words: string | null) => void, settleMs = SETTLE_MS): Follower {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending: News | null = null;
  let isClosed = false;

  const wait = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  };

  const look = (): void => {
    const news = pending;
    const { queue, known, refresh } = store.getState();
    if (news === null) return;
    if (queue.length > 0) {
      wait(settleMs);
      return;
    }
    pending = null;
    if (news.revision !== null && news.revision <= known) {
      // The flows came with an own look at them; what else is shown may be older.
      onNews(news.words);
      return;
    }
    refresh(news.flows ?? undefined).then(
      () => onNews(news.words),
      () => {
        if (isClosed) return;
        pending = pending === null ? news : both(news, pending);
        wait(AGAIN_MS);
      },
    );
  };

  return {
    hear(news) {
      pending = pending === null ? news : both(pending, news);
      wait(settleMs);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      pending = null;
    },
  };
}

/** News that came before the earlier ones were looked at: one look at everything will do. */
function both(one: News, other: News): News {
  return {
    revision: one.revision === null || other.revision === null ? null : Math.max(one.revision, other.revision),
    flows: one.flows === null || other.flows === null ? null : [...new Set([...one.flows, ...other.flows])],
    words: other.words ?? one.words,
  };
}
