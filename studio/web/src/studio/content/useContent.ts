/** Reading a section of the content, and changing its entries through the document's one history. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { contentStrings } from "../../strings/en/content";
import { studioApi } from "../api/client";
import type { Command, Edited, Json } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import type { Entry, EntrySection } from "./entries";

const labels = contentStrings.labels;

export function useSection<T>(section: string): { data: T | undefined; error: Error | null } {
  const { project, store } = useProject();
  const queries = useQueryClient();
  const key = ["project", project, "content", section];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: async () => {
      const fetched = await studioApi.content<T>(project, section);
      // What is still on its way to the server stays shown; once it has arrived, this is asked for again.
      return store.getState().queue.length > 0 ? (queries.getQueryData<T>(key) ?? fetched) : fetched;
    },
    placeholderData: (before) => before,
  });
  return { data, error };
}

export interface ContentEdits {
  /** Write the whole entry; the list shows it at once. `more` belongs to the same gesture. */
  put(name: string, value: Json, more?: readonly Command[]): void;
  create(name: string, commands: readonly Command[]): Promise<Edited | null>;
  rename(name: string, to: string): Promise<Edited | null>;
  remove(name: string): Promise<Edited | null>;
  examples(intent: string, examples: readonly string[]): void;
  /** Write the words of an entity's lookup table. */
  lookup(entity: string, lookup: readonly string[]): void;
}

export function useContentEdits(section: EntrySection): ContentEdits {
  const { project, store } = useProject();
  const queries = useQueryClient();
  return useMemo(() => {
    const key = ["project", project, "content", section];
    const edit = (label: string, commands: readonly Command[]): Promise<Edited | null> => store.getState().edit(label, commands);
    const settled = (edited: Edited | null): Edited | null => {
      // A refusal takes back what was shown.
      if (edited === null) void queries.invalidateQueries({ queryKey: key });
      return edited;
    };
    // The next change of the same entry starts from this one, however soon it comes.
    const show = (name: string, change: (entry: Entry) => Entry): void => {
      void queries.cancelQueries({ queryKey: key });
      queries.setQueryData<Entry[]>(key, (entries) => entries?.map((entry) => (entry.name === name ? change(entry) : entry)));
    };
    return {
      put(name, value, more = []) {
        show(name, (entry) => ({ ...entry, value }));
        void edit(labels.edit(name), [{ op: "put", section, name, value }, ...more]).then(settled);
      },
      create: (name, commands) => edit(labels.create(name), commands),
      rename: (name, to) => edit(labels.rename(name, to), [{ op: "rename", section, name, to }]),
      remove(name) {
        const commands: Command[] = [{ op: "put", section, name }];
        return edit(labels.delete(name), section === "intents" ? [...commands, { op: "put_examples", intent: name, examples: [] }] : commands);
      },
      examples(intent, examples) {
        show(intent, (entry) => ({ ...entry, examples }));
        void edit(labels.edit(intent), [{ op: "put_examples", intent, examples }]).then(settled);
      },
      lookup(entity, lookup) {
        show(entity, (entry) => ({ ...entry, lookup }));
        void edit(labels.edit(entity), [{ op: "put_examples", kind: "lookup", intent: entity, examples: lookup }]).then(settled);
      },
    };
  }, [project, store, queries, section]);
}
