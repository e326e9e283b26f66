/** A line between two steps: its condition in words, and a "+" that puts a step onto it. */

import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { useCanvasActions } from "./CanvasContext";
import { edgeWords } from "./conditionWords";
import type { CanvasLine } from "./drawing";
import { lanePath } from "./routing";

/** How far above its target the words of a line stand, when no other line leads there. */
const ABOVE = 30;

export const FlowEdge = memo(function FlowEdge(props: EdgeProps<CanvasLine>) {
  const { id, data, sourceX, sourceY, targetX, targetY, selected } = props;
  const { selectEdge, askInsert } = useCanvasActions();
  const isBack = targetY < sourceY;
  if (data === undefined) return null;
  const [path, middleX, middleY] =
    data.lane === null
      ? getSmoothStepPath({ ...props, borderRadius: 10 })
      : lanePath(sourceX, sourceY, data.lane, targetX, targetY);
  const words = edgeWords(data.edge);
  const isNearTarget = data.isOnly && !isBack && targetY - sourceY > 60;
  const x = isNearTarget ? targetX : middleX;
  const y = isNearTarget ? targetY - ABOVE : middleY;
  const at = { from: data.edge.from, kind: data.edge.kind, index: data.edge.index };
  const isUntitled = data.edge.kind === "if" && (data.edge.condition ?? "") === "";
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={20}
        className={`flow-line ${selected === true ? "is-selected" : ""} ${data.edge.is_implicit ? "is-implicit" : ""}`}
        {...(props.markerEnd === undefined ? {} : { markerEnd: props.markerEnd })}
        style={data.heat === null ? {} : { stroke: `color-mix(in oklab, var(--color-accent) ${Math.round(20 + 80 * data.heat)}%, var(--color-line))`, strokeWidth: 2 + 3 * data.heat }}
      />
      <EdgeLabelRenderer>
        <div className="edge-label nodrag nopan" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
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
              <Plus className="size-3" aria-hidden="true" />
            </button>
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
