/** The flows of a trained set that were not as in the draft of that day. */

import { useQuery } from "@tanstack/react-query";
import { useDoc, useProject } from "../document/DocumentProvider";
import { flowsOfSet } from "./setWords";
import { type TrainedSet, versionsApi } from "./versionsApi";

export function SetFlows({ flows }: { flows: TrainedSet["flows"] }) {
  const { project } = useProject();
  const outline = useDoc((state) => state.outline?.flows);
  const { data } = useQuery({ queryKey: ["versions", project, "history", 0], queryFn: () => versionsApi.history(project, 0) });
  const nameOf = (id: string): string => outline?.find((flow) => flow.id === id)?.name ?? id;
  return (
    <ul className="list-disc pl-4 text-xs text-soft" data-testid="set-flows">
      {flowsOfSet(flows, data?.commits ?? [], nameOf).map((line) => (
        <li key={line} className="break-words">
          {line}
        </li>
      ))}
    </ul>
  );
}
