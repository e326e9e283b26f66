/** Training: what has changed, what is wrong, which flows go in; then the log as it grows, and what was made. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { GraduationCap, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { trainStrings as words } from "../../strings/en/training";
import { wordsOf } from "../api/http";
import { useDoc, useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { Page } from "../ui/Bits";
import { Button } from "../ui/Button";
import { ChangesCard } from "./ChangesCard";
import { CheckCard } from "./CheckCard";
import { FlowVersions } from "./FlowVersions";
import { JobCard } from "./JobCard";
import { JobList } from "./JobList";
import { requireSaved } from "../versions/requireSaved";
import { trainApi, type Versions } from "./trainApi";
import { TrainedSets } from "./TrainedSets";
import { useJob } from "./useJob";

export default function TrainPage() {
  const { project, store, subscribe } = useProject();
  const queries = useQueryClient();
  const { may } = useSession();
  const revision = useDoc((state) => state.outline?.revision);
  const [versions, setVersions] = useState<Versions>({});
  const [chosen, setChosen] = useState<string | null>(null);
  const { data: changes } = useQuery({ queryKey: ["training", project, "changes", revision], queryFn: () => trainApi.changes(project), placeholderData: (before) => before });
  const { data: jobs } = useQuery({ queryKey: ["training", project, "jobs"], queryFn: () => trainApi.jobs(project) });
  const refresh = (): void => {
    void queries.invalidateQueries({ queryKey: ["training", project] });
    void queries.invalidateQueries({ queryKey: ["versions", project, "trained"] });
  };
  useEffect(() => subscribe((event) => (event.type === "job" || event.type === "lost") && refresh()), [subscribe]);
  const shown = chosen ?? jobs?.[0]?.id ?? null;
  const followed = useJob(project, shown, refresh);
  const running = jobs?.find((job) => job.state === "running");
  const start = useMutation({
    mutationFn: async () => {
      await requireSaved(store);
      return trainApi.start(project, versions);
    },
    onSuccess: (job) => {
      setChosen(job.id);
      refresh();
    },
  });
  const stop = useMutation({ mutationFn: (job: string) => trainApi.stop(project, job), onSettled: refresh });
  const problem = start.error ?? stop.error;
  const isSame = changes?.is_current === true && Object.keys(versions).length === 0;
  const actions =
    running === undefined ? (
      <Button weight="accent" icon={GraduationCap} disabled={start.isPending || !may("train")} onClick={() => start.mutate()} data-testid="train">
        {isSame ? words.startAnyway : words.start}
      </Button>
    ) : (
      <Button icon={Square} disabled={stop.isPending} onClick={() => stop.mutate(running.id)} data-testid="stop-training">
        {words.stop}
      </Button>
    );
  return (
    <Page title={words.title} hint={words.hint} actions={actions}>
      {problem !== null && <p role="alert" className="rounded-md bg-danger-wash p-3 text-sm text-danger" data-testid="train-problem">{wordsOf(problem)}</p>}
      {followed.job !== null && <JobCard followed={followed} />}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <ChangesCard changes={changes} />
        <CheckCard />
      </div>
      <FlowVersions versions={versions} onChange={setVersions} />
      <TrainedSets />
      <JobList jobs={jobs ?? []} chosen={shown} onChoose={setChosen} />
    </Page>
  );
}
