/** A line between two steps: its condition in words, and a "+" that puts a step onto it. */

import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { type CSSProperties, memo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { coverageStrings } from "../../strings/en/coverage";
import { useCanvasActions } from "./CanvasContext";
import { edgeWords } from "./conditionWords";
import type { CanvasLine } from "./drawing";
import { usualPlace } from "./labels";
import { useMarks } from "./marks";
import { lanePath } from "./routing";
import { useDetail } from "./useZoomBucket";

export const FlowEdge = memo(function FlowEdge(props: EdgeProps<CanvasLine>) {
  const { id, data, sourceX, sourceY, targetX, targetY, selected } = props;
  const { selectEdge, askInsert } = useCanvasActions();
  const { ways } = useMarks();
  const { hasWords } = useDetail();
  const ran = ways === null ? null : (ways.get(id) ?? 0);
  if (data === undefined) return null;
  const { lane, shift } = data;
  const path = lane === null ? getSmoothStepPath({ ...props, borderRadius: 10 })[0] : lanePath(sourceX, sourceY, lane, targetX, targetY);
  const words = edgeWords(data.edge);
  const usual = usualPlace(props, lane, data.isOnly);
  const at = { from: data.edge.from, kind: data.edge.kind, index: data.edge.index };
  const isUntitled = data.edge.kind === "if" && (data.edge.condition ?? "") === "";
  return (
    <>
      {/* Under the line, whose arrow would grow with its width. */}
      {data.heat !== null && data.heat > 0 && <path d={path} fill="none" style={{ stroke: heatColour(data.heat), strokeWidth: 2 + 4 * data.heat }} />}
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={20}
        className={`flow-line ${selected === true ? "is-selected" : ""} ${data.edge.is_implicit ? "is-implicit" : ""}`}
        {...(props.markerEnd === undefined ? {} : { markerEnd: props.markerEnd })}
        style={heatStyle(data.heat)}
      />
      {hasWords && (
        <EdgeLabelRenderer>
          <div className="edge-label nodrag nopan" style={{ left: usual.x + (shift?.x ?? 0), top: usual.y + (shift?.y ?? 0) }}>
            {words !== "" && (
              <button
                type="button"
                tabIndex={-1}
                title={words}
                data-testid={`condition-${id}`}
                onClick={() => selectEdge(at)}
                className={`edge-words ${selected === true ? "is-selected" : ""} ${isUntitled ? "text-danger" : ""}`}
              >
                {words}
              </button>
            )}
            {ran !== null && (
              <span role="img" aria-label={coverageStrings.edgeRuns(ran)} title={coverageStrings.edgeRuns(ran)} data-testid={`ways-${id}`} className={`edge-runs ${ran === 0 ? "text-warning" : "text-accent-strong"}`}>
                {ran}
              </span>
            )}
            {!data.isReadOnly && (
              <button
                type="button"
                tabIndex={-1}
                aria-label={canvasStrings.edge.insertBetween(data.from, data.to)}
                title={canvasStrings.edge.insert}
                data-testid={`insert-${id}`}
                className="edge-plus"
                onClick={(event) => askInsert(at, { x: event.clientX, y: event.clientY })}
              >
              </button>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** Colour of a way by how often tests go it; broken where none does. `heat`: 0 never, 1 most often. */
function heatStyle(heat: number | null): CSSProperties {
  if (heat === null) return {};
  if (heat === 0) return { stroke: "var(--color-warning)", strokeWidth: 2, strokeDasharray: "6 4" };
  return { stroke: heatColour(heat), strokeDasharray: "none" };
}

function heatColour(heat: number): string {
  return `color-mix(in oklab, var(--color-accent) ${Math.round(35 + 65 * heat)}%, var(--color-line))`;
}
