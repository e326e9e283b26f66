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
import { followOthers } from "./following";
import { storageHere, thisTab } from "./tab";

interface Opened {
  readonly project: string;
  readonly store: DocumentStore;
  readonly api: DocumentApi;
  readonly trouble: string | null;
  readonly reload: () => void;
  /** Hear the server's events of this project (jobs, comments): returns what stops it. */
  readonly subscribe: (listener: (event: ProjectEvent) => void) => () => void;
}

const Context = createContext<Opened | null>(null);
/** Apart from the rest: it changes with every selection of everybody, and only a few parts of the page show it. */
const PresentContext = createContext<readonly Present[]>([]);

export function DocumentProvider({ project, children }: { project: string; children: ReactNode }) {
  const queries = useQueryClient();
  const [present, setPresent] = useState<readonly Present[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const listeners = useRef(new Set<(event: ProjectEvent) => void>());
  const api = useMemo(() => documentApi(project), [project]);
  const store = useMemo(
    () =>
      createDocumentStore(project, api, {
        storage: storageHere(),
        tab: thisTab,
        onTrouble: (message) => toast.error(message),
        onRelief: (message) => toast.over(message),
        // Where only the steps of a flow changed, content is as it was: a large project has a lot of it.
        onEdited: ({ outline, notes }) => {
          for (const note of notes ?? []) toast.info(note);
          void queries.invalidateQueries({ queryKey: ["project", project], predicate: ({ queryKey }) => outline !== null || queryKey[2] !== "content" });
          // What is committed and published is asked for again by the page that shows it.
          void queries.invalidateQueries({ queryKey: ["versions", project], refetchType: "none" });
        },
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
    const leaving = (event: BeforeUnloadEvent): void => {
      const { queue, isKept } = store.getState();
      if (queue.length > 0 && !isKept) event.preventDefault();
    };
    window.addEventListener("online", online);
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("beforeunload", leaving);
      store.getState().close();
    };
  }, [store]);

  useEffect(() => {
    const others = followOthers(store, (words) => {
      void queries.invalidateQueries({ queryKey: ["project", project] });
      void queries.invalidateQueries({ queryKey: ["versions", project], refetchType: "none" });
      if (words !== null) toast.info(words);
    });
    const unknown = { revision: null, flows: null, words: null };
    let wasLost = false;
    let begun = 0;
    /** Others made what lies between the outline that came and the stream's first word, whichever was there first. */
    const lookBehind = (): void => {
      const { outline, known } = store.getState();
      if (outline !== null && begun > known) others.hear({ ...unknown, revision: begun });
    };
    const stopLooking = store.subscribe((now, before) => void (before.outline === null && now.outline !== null && lookBehind()));
    const stop = listen(
      project,
      (event) => {
        for (const listener of listeners.current) listener(event);
        if (event.type === "presence" || event.type === "hello") setPresent(keptIfSame(event.people));
        if (event.type === "hello") {
          begun = event.revision ?? 0;
          lookBehind();
        }
        if (event.type === "history" || event.type === "published") void queries.invalidateQueries({ queryKey: ["versions", project] });
        if (event.type === "files_changed") others.hear({ ...unknown, words: shellStrings.filesChanged });
        if (event.type === "findings" && event.findings !== undefined) store.getState().setFindings(event.findings);
        if (event.type === "lost") others.hear(unknown);
        if (event.type === "edited" && event.client !== PAGE_ID) {
          const { revision, flows, by } = event;
          others.hear({ revision, flows, words: shellStrings.edited(by ?? shellStrings.unknownPerson) });
        }
      },
      (state) => {
        if (state === "lost") wasLost = true;
        else if (wasLost) {
          // Whether anything was missed is told as an event: most connections are away for a moment.
          wasLost = false;
          store.getState().sendAgain();
        }
      },
    );
    return () => {
      others.close();
      stopLooking();
      stop();
    };
  }, [project, queries, store]);

  const opened = useMemo(
    (): Opened => ({
      project,
      store,
      api,
      trouble,
      reload: load,
      subscribe: (listener) => {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [project, store, api, trouble, load],
  );
  return (
    <Context.Provider value={opened}>
      <PresentContext.Provider value={present}>{children}</PresentContext.Provider>
    </Context.Provider>
  );
}

/** The server tells of everybody again and again; who has not moved is no reason to draw anything. */
function keptIfSame(people: readonly Present[]): (old: readonly Present[]) => readonly Present[] {
  const told = JSON.stringify(people);
  return (old) => (JSON.stringify(old) === told ? old : people);
}

/** Who has the project open, and where they are. */
export function usePresent(): readonly Present[] {
  return useContext(PresentContext);
}

export function useProject(): Opened {
  const opened = useContext(Context);
  if (opened === null) throw new Error("useProject is for pages inside a project");
  return opened;
}

export function useDoc<T>(selector: (state: DocumentState & DocumentActions) => T): T {
  return useStore(useProject().store, selector);
}
