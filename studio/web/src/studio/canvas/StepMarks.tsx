/** The marks at the lower edge of a step: open comments, and how often tests ran it. */

import { FlaskConical, FlaskConicalOff, MessageSquare } from "lucide-react";
import { commentStrings } from "../../strings/en/comments";
import { coverageStrings } from "../../strings/en/coverage";
import { useCommentsUi } from "../comments/commentsUi";
import { useCanvasActions } from "./CanvasContext";
import { useMarks } from "./marks";

export function StepMarks({ flow, id }: { flow: string; id: string }) {
  const { comments, runs } = useMarks();
  const { select } = useCanvasActions();
  const open = comments.open.get(id) ?? 0;
  const ran = runs === null ? null : (runs.get(id) ?? 0);
  if (open === 0 && ran === null) return null;
  return (
    <span className="step-marks">
      {ran !== null && (
        <span
          role="img"
          aria-label={coverageStrings.stepRuns(ran)}
          title={coverageStrings.stepRuns(ran)}
          data-testid={`runs-${id}`}
          data-runs={ran}
          className={`step-mark ${ran === 0 ? "text-warning" : "text-accent-strong"}`}
        >
          {ran === 0 ? <FlaskConicalOff className="size-3" aria-hidden="true" /> : <FlaskConical className="size-3" aria-hidden="true" />}
          {ran}
        </span>
      )}
      {open > 0 && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={commentStrings.open(open)}
          title={commentStrings.open(open)}
          data-testid={`comments-${id}`}
          className="nodrag step-mark bg-accent-wash text-accent-strong hover:border-accent"
          onClick={(event) => {
            event.stopPropagation();
            select([id]);
            useCommentsUi.getState().ask(flow, id);
          }}
        >
          <MessageSquare className="size-3" aria-hidden="true" />
          {open}
        </button>
      )}
    </span>
  );
}
