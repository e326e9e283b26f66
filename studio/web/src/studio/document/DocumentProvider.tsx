/** Opens a project's document for the pages inside, and keeps it fresh by the server's events. */

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { shellStrings } from "../../strings/en/studio";
import { type DocumentApi, documentApi } from "../api/client";
import { listen } from "../api/events";
import { wordsOf } from "../api/http";
import { PAGE_ID } from "../api/pageId";
import type { Present, ProjectEvent } from "../api/types";
import { toast } from "../ui/toasts";
import { createDocumentStore, type DocumentActions, type DocumentState, type DocumentStore } from "./documentStore";
import { thisTab } from "./tab";

interface Opened {
  readonly project: string;
  readonly store: DocumentStore;
  readonly api: DocumentApi;
  readonly present: readonly Present[];
  readonly trouble: string | null;
  readonly reload: () => void;
  /** Hear the server's events of this project (jobs, comments): returns what stops it. */
  readonly subscribe: (listener: (event: ProjectEvent) => void) => () => void;
}

const Context = createContext<Opened | null>(null);

/** How long files may go on changing before what they became is fetched. */
const SETTLE_MS = 150;

export function DocumentProvider({ project, children }: { project: string; children: ReactNode }) {
  const queries = useQueryClient();
  const [present, setPresent] = useState<readonly Present[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const listeners = useRef(new Set<(event: ProjectEvent) => void>());
  const api = useMemo(() => documentApi(project), [project]);
  const store = useMemo(
    () =>
      createDocumentStore(project, api, {
        storage: window.localStorage,
        tab: thisTab,
        onTrouble: (message) => toast.error(message),
        onEdited: () => void queries.invalidateQueries({ queryKey: ["project", project] }),
      }),
    [project, api, queries],
  );
  const load = useMemo(
    () => () => {
      setTrouble(null);
      store
        .getState()
        .load()
        .catch((error: unknown) => setTrouble(wordsOf(error)));
    },
    [store],
  );

  useEffect(load, [load]);
  useEffect(() => {
    const online = (): void => store.getState().sendAgain();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      store.getState().close();
    };
  }, [store]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const catchUp = (words: string | null, revision = Number.POSITIVE_INFINITY): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // The answer to an edit of our own may have come meanwhile: then this was no news.
        const { outline, queue } = store.getState();
        if (queue.length > 0 || revision <= (outline?.revision ?? 0)) return;
        store.getState().refresh().catch(() => undefined);
        void queries.invalidateQueries({ queryKey: ["project", project] });
        if (words !== null) toast.info(words);
      }, SETTLE_MS);
    };
    let wasLost = false;
    const stop = listen(
      project,
      (event) => {
        for (const listener of listeners.current) listener(event);
        if (event.type === "presence" || event.type === "hello") setPresent(event.people);
        if (event.type === "files_changed") catchUp(shellStrings.filesChanged);
        if (event.type === "findings" && event.findings !== undefined) store.getState().setFindings(event.findings);
        if (event.type === "lost") catchUp(null);
        if (event.type === "edited" && event.client !== PAGE_ID) {
          catchUp(shellStrings.edited(event.by ?? shellStrings.unknownPerson), event.revision);
        }
      },
      (state) => {
        if (state === "lost") wasLost = true;
        else if (wasLost) {
          wasLost = false;
          store.getState().sendAgain();
          catchUp(null);
        }
      },
    );
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [project, queries, store]);

  const opened = useMemo(
    (): Opened => ({
      project,
      store,
      api,
      present,
      trouble,
      reload: load,
      subscribe: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [project, store, api, present, trouble, load],
  );
  return <Context.Provider value={opened}>{children}</Context.Provider>;
}

export function useProject(): Opened {
  const opened = useContext(Context);
  if (opened === null) throw new Error("useProject is for pages inside a project");
  return opened;
}

export function useDoc<T>(selector: (state: DocumentState & DocumentActions) => T): T {
  return useStore(useProject().store, selector);
}
