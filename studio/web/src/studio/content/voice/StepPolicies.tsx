/** Steps with a `voice:` of their own, found on demand: each leads to its step. */

import { useQuery } from "@tanstack/react-query";
import { Ear } from "lucide-react";
import { useState } from "react";
import { voiceStrings as words } from "../../../strings/en/content";
import { wordsOf } from "../../api/http";
import { titleOf } from "../../canvas/stepWords";
import { useFocusStep } from "../../canvas/focusStore";
import { useDoc, useProject } from "../../document/DocumentProvider";
import { SkeletonRows } from "../../ui/Bits";
import { Button } from "../../ui/Button";
import { isMap } from "../entries";
import { shown } from "./settings";

export function StepPolicies() {
  const { api, project } = useProject();
  const outline = useDoc((state) => state.outline);
  const [isAsked, setAsked] = useState(false);
  const { go } = useFocusStep();
  const { data, error } = useQuery({
    queryKey: ["project", project, "step-policies", outline?.revision],
    enabled: isAsked,
    queryFn: async () => {
      const flows = [];
      for (const { id, is_default } of outline?.flows ?? []) if (!is_default) flows.push(await api.flow(id));
      return flows.flatMap((flow) => flow.steps.filter((step) => isMap(step.fields.voice)).map((step) => ({ flow, step })));
    },
  });
  return (
    <section className="flex flex-col gap-3 rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div>
          <h2 className="text-sm font-semibold">{words.policies}</h2>
          <p className="text-xs text-soft">{words.policiesHint}</p>
        </div>
        {!isAsked && (
          <Button icon={Ear} onClick={() => setAsked(true)} data-testid="find-policies">
            {words.findPolicies}
          </Button>
        )}
      </div>
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {isAsked && data === undefined && error === null && <SkeletonRows count={2} />}
      {data?.length === 0 && <p className="text-sm text-soft">{words.noPolicies}</p>}
      <ul className="flex flex-col gap-1">
        {data?.map(({ flow, step }) => (
          <li key={`${flow.id}-${step.key}`} className="flex flex-wrap gap-x-2 text-sm">
            <button type="button" className="text-accent-strong underline underline-offset-2" onClick={() => go({ flow: flow.id, step: step.key, line: step.line })}>
              {`${flow.name}: ${titleOf(step)}`}
            </button>
            <span className="text-soft">
              {Object.entries(isMap(step.fields.voice) ? step.fields.voice : {}).map(([key, value]) => `${key} ${shown(value)}`).join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
