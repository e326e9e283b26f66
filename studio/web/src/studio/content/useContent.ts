/** Reading a section of the content, and changing its entries through the document's one history.
 *
 * Every change says what was shown of its entry (`seen`): what somebody else has made of that since is merged by the
 * server, or asked about. So nothing new is shown while somebody types or waits: what they change is what they see.
 */

import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { contentStrings } from "../../strings/en/content";
import { studioApi } from "../api/client";
import { type Command, type Edited, type Json, NOT_THERE, type Seen } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import type { DocumentStore } from "../document/documentStore";
import { useUnsent } from "../document/unsent";
import type { Entry, EntrySection } from "./entries";

const labels = contentStrings.labels;

const contentKey = (project: string, section: string): QueryKey => ["project", project, "content", section];
const isBusy = (store: DocumentStore): boolean => store.getState().queue.length > 0 || useUnsent.getState().count > 0;

export function useSection<T>(section: string): { data: T | undefined; error: Error | null } {
  const { project, store } = useProject();
  const queries = useQueryClient();
  const key = useMemo(() => contentKey(project, section), [project, section]);
  const name = `${project} ${section}`;
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: async () => {
      const fetched = await studioApi.content<T>(project, section);
      const shown = queries.getQueryData<T>(key);
      if (shown === undefined || !isBusy(store)) return fetched;
      waiting.add(name);
      return shown;
    },
    placeholderData: (before) => before,
  });
  useEffect(() => {
    const look = (): void => {
      if (!isBusy(store) && waiting.delete(name)) void queries.invalidateQueries({ queryKey: key });
    };
    const ends = [store.subscribe(look), useUnsent.subscribe(look)];
    look();
    return () => ends.forEach((end) => end());
  }, [key, name, queries, store]);
  return { data, error };
}

/** Sections that were fetched while somebody typed or waited: asked for again once that is over. */
const waiting = new Set<string>();

export interface ContentEdits {
  /** Write the whole entry, which was shown like this; the list shows it at once. `more` belongs to the same gesture. */
  put(entry: Shown, value: Json, more?: readonly Command[]): void;
  /** Write an entry that may be there or not; undefined takes it out. */
  set(name: string, value: Json | undefined): void;
  create(name: string, commands: readonly Command[]): Promise<Edited | null>;
  rename(entry: Shown, to: string): Promise<Edited | null>;
  remove(entry: Entry): Promise<Edited | null>;
  examples(intent: Entry, examples: readonly string[]): void;
  /** Write the words of an entity's lookup table. */
  lookup(entity: Entry, lookup: readonly string[]): void;
}

export type Shown = Pick<Entry, "name" | "value" | "file">;

/** What was shown of an entry; one that only examples tell of stands in no file. */
export function seenOf({ value, file }: Pick<Entry, "value" | "file">): Seen {
  return file === null ? NOT_THERE : { value };
}

export function useContentEdits(section: EntrySection | "session_config"): ContentEdits {
  const { project, store } = useProject();
  const queries = useQueryClient();
  return useMemo(() => {
    const key = contentKey(project, section);
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
      put(entry, value, more = []) {
        const { name } = entry;
        show(name, (now) => ({ ...now, value }));
        void edit(labels.edit(name), [{ op: "put", section, name, value, seen: seenOf(entry) }, ...more]).then(settled);
      },
      set(name, value) {
        const entries = queries.getQueryData<readonly Entry[]>(key) ?? [];
        const now = entries.find((entry) => entry.name === name);
        const next = value === undefined ? [] : [{ ...now, name, value }];
        void queries.cancelQueries({ queryKey: key });
        queries.setQueryData(key, [...entries.filter((entry) => entry !== now), ...next]);
        const put: Command = { op: "put", section, name, seen: now === undefined ? NOT_THERE : seenOf(now), ...(value === undefined ? {} : { value }) };
        void edit(labels.edit(name), [put]).then(settled);
      },
      create: (name, commands) => edit(labels.create(name), commands),
      rename: (entry, to) => edit(labels.rename(entry.name, to), [{ op: "rename", section, name: entry.name, to, seen: seenOf(entry) }]),
      remove(entry) {
        const { name } = entry;
        const commands: Command[] = [{ op: "put", section, name, seen: seenOf(entry) }];
        const said = entry.examples ?? [];
        return edit(labels.delete(name), section === "intents" ? [...commands, { op: "put_examples", intent: name, examples: [], seen: said }] : commands).then(settled);
      },
      examples(intent, examples) {
        show(intent.name, (entry) => ({ ...entry, examples }));
        void edit(labels.edit(intent.name), [{ op: "put_examples", intent: intent.name, examples, seen: intent.examples ?? [] }]).then(settled);
      },
      lookup(entity, lookup) {
        show(entity.name, (entry) => ({ ...entry, lookup }));
        void edit(labels.edit(entity.name), [{ op: "put_examples", kind: "lookup", intent: entity.name, examples: lookup, seen: entity.lookup ?? [] }]).then(settled);
      },
    };
  }, [project, store, queries, section]);
}
