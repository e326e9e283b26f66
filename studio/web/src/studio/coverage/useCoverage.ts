/** What the tests cover of the open flow, and the runs of the tests: fetched while it is looked at. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { create } from "zustand";
import { coverageStrings as words } from "../../strings/en/coverage";
import { wordsOf } from "../api/http";
import type { Flow } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { toast } from "../ui/toasts";
import { type Coverage, coverageApi, type TestRun } from "./coverageApi";
import { type Heat, heatOf } from "./heat";

/** While tests run, how often it is asked how far they are. */
const ASK_MS = 700;

interface CoverageUi {
  readonly isShown: boolean;
  setShown(isShown: boolean): void;
}

export const useCoverageUi = create<CoverageUi>()((set) => ({ isShown: false, setShown: (isShown) => set({ isShown }) }));

const key = (project: string): readonly string[] => ["project", project, "coverage"];
const runsKey = (project: string): readonly string[] => ["project", project, "test-runs"];

/** The heat of a flow; null where it is not shown, or not known. */
export function useHeat(flow: Flow): Heat | null {
  const { coverage } = useCoverage();
  const isShown = useCoverageUi((ui) => ui.isShown);
  const covered = isShown ? coverage?.flows[flow.id] : undefined;
  return useMemo(() => (covered === undefined ? null : heatOf(flow, covered)), [flow, covered]);
}

export function useCoverage(): { coverage: Coverage | undefined; isLost: boolean } {
  const { project } = useProject();
  const enabled = useCoverageUi((ui) => ui.isShown);
  const { data, isError } = useQuery({ queryKey: key(project), queryFn: () => coverageApi.coverage(project), enabled });
  return { coverage: data, isLost: isError };
}

/** The latest run of the tests, as far as it is; and what starts and stops one. */
export function useTestRun(): { run: TestRun | undefined; start: () => void; stop: () => void } {
  const { project } = useProject();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: runsKey(project),
    queryFn: () => coverageApi.runs(project),
    refetchInterval: ({ state }) => (state.data?.[0]?.state === "running" ? ASK_MS : false),
  });
  const run = data?.[0];
  const done = (asked: Promise<unknown>): void =>
    void asked
      .catch((error: unknown) => toast.error(wordsOf(error)))
      .finally(() => queries.invalidateQueries({ queryKey: runsKey(project) }));
  return {
    run,
    start: () => {
      useShell.getState().announce(words.announce.running);
      done(coverageApi.run(project));
    },
    stop: () => run !== undefined && done(coverageApi.stop(project, run.id)),
  };
}

/** Fetches anew what a run of the tests has changed, whoever started it; used once for an open project page. */
export function useTestNews(): void {
  const { project, subscribe, store } = useProject();
  const queries = useQueryClient();
  useEffect(
    () =>
      subscribe((event) => {
        if (event.type !== "tests") return;
        void queries.invalidateQueries({ queryKey: runsKey(project) });
        if (event.state === "running") return;
        void queries.invalidateQueries({ queryKey: key(project) });
        // The list of flows tells of tests too.
        if (event.state === "done") void store.getState().refresh([]).catch(() => undefined);
        useShell.getState().announce(event.state === "done" ? words.announce.done : words.announce.failed);
      }),
    [subscribe, queries, project, store],
  );
}
