/** The comments of the open project: fetched once, and again when the server tells of a change. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Flow } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { commentsApi } from "./commentsApi";
import { type Comment, openCount, type Thread, threadsOf } from "./threads";

/** After these a page may have missed comments, or other files have brought them. */
const NEWS = new Set<string>(["comments", "hello", "lost", "files_changed", "history"]);
const NONE: readonly Comment[] = [];

export interface FlowComments {
  readonly threads: ReadonlyMap<string | null, readonly Thread[]>;
  /** How many are open, by step; null: at the flow itself. */
  readonly open: ReadonlyMap<string | null, number>;
  readonly isLost: boolean;
}

export function commentsKey(project: string): readonly string[] {
  return ["comments", project];
}

/** Used once for an open flow; what is below it takes the result from `useMarks`. */
export function useComments(flow: Flow): FlowComments {
  const { project, subscribe } = useProject();
  const queries = useQueryClient();
  const { data = NONE, isError } = useQuery({ queryKey: commentsKey(project), queryFn: () => commentsApi.all(project), staleTime: 60_000 });
  useEffect(
    () => subscribe((event) => NEWS.has(event.type) && void queries.invalidateQueries({ queryKey: commentsKey(project) })),
    [subscribe, queries, project],
  );
  return useMemo(() => {
    const threads = threadsOf(data, flow.id, new Set(flow.steps.map((step) => step.key)));
    const open = new Map([...threads].map(([place, rows]) => [place, openCount(rows)] as const).filter(([, count]) => count > 0));
    return { threads, open, isLost: isError };
  }, [data, isError, flow.id, flow.steps]);
}
