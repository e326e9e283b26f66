/** Refreshing what the page shows after something was done, and hearing of what others do. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useDoc, useProject } from "../document/DocumentProvider";

/** Forget what is known of versions; `isFiles`: the files were changed as a whole as well. */
export function useRefresh(): (isFiles?: boolean) => void {
  const { project, store } = useProject();
  const queries = useQueryClient();
  return useMemo(
    () =>
      (isFiles = false) => {
        void queries.invalidateQueries({ queryKey: ["versions", project] });
        if (!isFiles) return;
        void queries.invalidateQueries({ queryKey: ["project", project] });
        store.getState().refresh().catch(() => undefined);
      },
    [project, queries, store],
  );
}

export function useVersionNews(): void {
  const { subscribe } = useProject();
  const refresh = useRefresh();
  const revision = useDoc((state) => state.outline?.revision);
  useEffect(() => subscribe((event) => ["history", "published", "files_changed", "lost"].includes(event.type) && refresh()), [subscribe, refresh]);
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current !== revision) refresh();
    seen.current = revision;
  }, [revision, refresh]);
}
