/** The commands that make a new entry, with a value that is whole from the start. Pure. */

import { type Command, type Json, NOT_THERE } from "../api/types";
import type { EntrySection } from "./entries";

const FIRST: Readonly<Record<EntrySection, (name: string) => Json>> = {
  responses: (name) => [{ text: name.replace(/^utter_(ask_)?/, "").replace(/_/g, " ") }],
  slots: () => ({ type: "text", mappings: [{ type: "from_llm" }] }),
  intents: () => null,
  entities: () => null,
  actions: () => null,
};

export function newEntry(section: EntrySection, name: string): readonly Command[] {
  return [{ op: "put", section, name, value: FIRST[section](name), seen: NOT_THERE }];
}
