/** For tests: news as the server tells them, and streams that a test opens, speaks through and breaks. */

import type { Line, News } from "./messages";
import type { RelayOutside } from "./relay";

export const helloOf = (project: string, mark: string, more: object = {}): News => ({ type: "hello", project, mark, stream: "s", people: [], revision: 1, ...more }) as unknown as News;
export const editedOf = (project: string, mark: string, revision = 2): News => ({ type: "edited", project, mark, revision, flows: [], files: [], by: null }) as News;

export interface FakeStream {
  readonly projects: readonly string[];
  readonly name: string;
  isOpen: boolean;
  say(line: Line): void;
  fail(): void;
}

export interface FakeOutside extends RelayOutside {
  readonly streams: FakeStream[];
  readonly left: (tab: string, project: string) => void;
  readonly gone: string[];
  open(url: string, onLine: (line: Line) => void, onFailed: () => void): () => void;
  /** A page ends without a word. */
  die(tab: string): void;
}

export function fakeOutside(): FakeOutside {
  const streams: FakeStream[] = [];
  const gone: string[] = [];
  const waiting = new Map<string, () => void>();
  return {
    streams,
    gone,
    left: (tab, project) => void gone.push(`${tab} ${project}`),
    open(url, say, fail) {
      const asked = new URLSearchParams(url.split("?")[1]);
      const stream: FakeStream = { projects: asked.getAll("project"), name: asked.get("stream") ?? "", isOpen: true, say, fail };
      streams.push(stream);
      return () => {
        stream.isOpen = false;
      };
    },
    whenFree: (tab, then) => void waiting.set(tab, then),
    die: (tab) => waiting.get(tab)?.(),
    nowMs: () => Date.now(),
    chance: () => 1,
  };
}
