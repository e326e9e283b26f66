/** What the try-it panel asks of the server about one conversation. */

import type { Json, ServerEvent } from "../../core/events";
import { projectUrl } from "../api/client";
import { request } from "../api/http";
import { PAGE_ID } from "../api/pageId";

export interface TurnTold {
  readonly place: number;
  readonly text: string;
  readonly stage: string;
  readonly took_ms: number;
  readonly prompt: string | null;
  readonly completion: string | null;
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly completion_tokens: number;
  readonly fallbacks: readonly string[];
}

export interface SlotTold {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
  readonly value: Json;
  readonly is_sensitive: boolean;
  readonly is_set: boolean;
}

export interface Told {
  readonly conversation_id: string;
  readonly is_over: boolean;
  readonly events: readonly ServerEvent[];
  readonly turns: readonly TurnTold[];
  readonly slots: readonly SlotTold[];
}

export interface Trace {
  readonly user: string;
  readonly commands: readonly string[];
  readonly said: readonly string[];
  readonly slots: Readonly<Record<string, Json>>;
  readonly flows: readonly string[];
  readonly actions: readonly string[];
}

export interface Compared {
  readonly turn: number;
  readonly differs: readonly string[];
  readonly recorded: Trace;
  readonly changed: Trace;
}

export interface Rewound extends Told {
  readonly again: readonly Compared[];
  readonly notes: readonly string[];
}

export interface Back {
  readonly turn: number;
  readonly text?: string;
  readonly slots?: Readonly<Record<string, Json>>;
  readonly follows?: boolean;
}

export interface MadeTest {
  readonly name: string;
  readonly yaml: string;
  readonly commands: string;
  readonly notes: readonly string[];
}

export interface SavedTest {
  readonly path: string;
  readonly commands_path: string | null;
  readonly is_passed: boolean;
  readonly cases: readonly {
    readonly name: string;
    readonly is_passed: boolean;
    readonly failure: { readonly user: string | null; readonly expected: string; readonly actual: readonly string[] } | null;
  }[];
}

const at = (id: string, rest = ""): string => `/api/conversations/${encodeURIComponent(id)}${rest}`;

export const tryApi = {
  conversation: (id: string): Promise<Told> => request("GET", at(id)),
  setSlots: (id: string, values: Readonly<Record<string, Json>>): Promise<{ events: ServerEvent[]; slots: SlotTold[] }> =>
    request("POST", at(id, "/slots"), { body: values }),
  rewind: (id: string, back: Back): Promise<Rewound> => request("POST", at(id, "/rewind"), { body: back }),
  test: (id: string, name: string | null): Promise<MadeTest> =>
    request("GET", at(id, name === null ? "/test" : `/test?name=${encodeURIComponent(name)}`)),
  saveTest: (project: string, test: { path: string; yaml: string; conversation: string }): Promise<SavedTest> =>
    request("POST", projectUrl(project, "/tests"), { body: { ...test, client: PAGE_ID } }),
};
