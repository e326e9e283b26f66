/** The sets of flow versions that were trained and can be tried and published. */

import { useQuery } from "@tanstack/react-query";
import { useProject } from "../document/DocumentProvider";
import { type TrainedSet, versionsApi } from "./versionsApi";

export function useTrainedSets(): readonly TrainedSet[] {
  const { project } = useProject();
  const { data } = useQuery({ queryKey: ["versions", project, "trained"], queryFn: () => versionsApi.trained(project) });
  return data ?? [];
}
