/** Whether a page has heard everything: each news of a project has a mark, a name and a number that goes up by one.
 *
 * News may come by an old and a new stream at once, by another relay, or late, after a page has slept. Whatever the
 * way, a number that was heard is not heard again, and one that is left out is noticed. Pure.
 */

import type { ProjectEvent } from "../types";
import type { News } from "./messages";

interface Mark {
  readonly name: string;
  readonly number: number;
}

function markOf(text: string): Mark {
  const dot = text.lastIndexOf(".");
  return { name: text.slice(0, dot), number: Number(text.slice(dot + 1)) };
}

export interface Heard {
  /** The mark up to which all is known. */
  readonly mark: string | undefined;
  /** What the page is told of what came. */
  readonly events: readonly ProjectEvent[];
}

const MISSED: ProjectEvent = { type: "lost" };

/** `last`: the mark up to which all was known; undefined where nothing was heard of the project yet. */
export function heardWith(last: string | undefined, news: News): Heard {
  const nothing = { mark: last, events: [] };
  // The first word is always a hello: what comes before it was meant for an earlier asking.
  if (last === undefined) return news.type === "hello" ? { mark: news.mark, events: [news] } : nothing;
  const [before, now] = [markOf(last), markOf(news.mark)];
  const isSame = before.name === now.name;
  if (news.type === "hello") {
    if (isSame && now.number < before.number) return nothing;
    return { mark: news.mark, events: last === news.mark ? [news] : [MISSED, news] };
  }
  if (isSame && now.number <= before.number) return nothing;
  return { mark: news.mark, events: isSame && now.number === before.number + 1 ? [news] : [MISSED, news] };
}
