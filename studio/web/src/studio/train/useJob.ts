/** One training as it goes on: its state and its whole log. The stream that all pages share tells when there is more. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useProject } from "../document/DocumentProvider";
import { type Job, trainApi } from "./trainApi";

export interface Followed {
  readonly job: Job | null;
  readonly lines: readonly string[];
  readonly isLost: boolean;
}

const NOTHING: Followed = { job: null, lines: [], isLost: false };
/** So often it is asked without having been told: the stream may be away. */
const ASK_MS = 5_000;

/** Put an answer onto what is known. A log that was asked for from the first line on begins anew. */
export function grown(before: Followed, told: Job): Followed {
  const since = told.n_lines - told.lines.length;
  return { job: told, lines: [...before.lines.slice(0, since), ...told.lines], isLost: false };
}

export function useJob(project: string, id: string | null, onEnd: () => void): Followed {
  const { subscribe } = useProject();
  const queries = useQueryClient();
  const { data = NOTHING, isError, refetch } = useQuery({
    queryKey: ["training", project, "job", id],
    queryFn: async ({ queryKey }) => {
      const before = queries.getQueryData<Followed>(queryKey) ?? NOTHING;
      return grown(before, await trainApi.job(project, id ?? "", before.lines.length));
    },
    enabled: id !== null,
    refetchInterval: ({ state: { data: known } }) => (known?.job?.state === "running" ? ASK_MS : false),
  });
  const known = data.lines.length;
  const told = useRef(0);
  useEffect(() => {
    told.current = 0;
  }, [id]);
  useEffect(
    () =>
      subscribe((event) => {
        if (event.type === "log" && event.job === id) told.current = event.n_lines;
        else if (event.type !== "lost") return;
        // One that is under way is not begun again, else a log that grows fast would never be there.
        if (id !== null) void refetch({ cancelRefetch: false });
      }),
    [subscribe, refetch, id],
  );
  useEffect(() => {
    if (told.current > known) void refetch({ cancelRefetch: false });
  }, [known, refetch]);
  const state = data.job?.state;
  useEffect(() => {
    if (state !== undefined && state !== "running") onEnd();
    // `onEnd` only refreshes lists.
  }, [state, id]);
  return isError && state === "running" ? { ...data, isLost: true } : data;
}
