/** One step on the canvas. Drawn again only when its own data changes. */

import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, ExternalLink, TriangleAlert } from "lucide-react";
import { type CSSProperties, memo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { initials } from "../ui/initials";
import { useCanvasUi } from "./canvasUi";
import { NEW_PORT, type StepNodeType } from "./drawing";
import { StepMarks } from "./StepMarks";
import { useCanvasActions } from "./CanvasContext";
import { useDetail } from "./useZoomBucket";

export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<StepNodeType>) {
  const { look, title, words, ports } = data;
  const Icon = look.icon;
  const { refusalFor, openTarget } = useCanvasActions();
  const isConnecting = useCanvasUi((ui) => ui.connecting !== null);
  const isHovered = useCanvasUi((ui) => ui.hovered === id);
  const isPulsing = useCanvasUi((ui) => ui.pulsing === id);
  const { hasWords, hasPorts } = useDetail();
  const reason = isConnecting ? refusalFor(id) : null;
  return (
    <div
      data-testid={`node-${id}`}
      data-type={data.type}
      data-active={data.isActive}
      data-tone={data.tone ?? undefined}
      data-refused={reason !== null}
      className={`step-node ${selected === true ? "is-selected" : ""} ${isPulsing ? "is-pulsing" : ""} ${data.isActive ? "is-active" : ""} ${data.isVisited ? "is-visited" : ""}`}
      style={{ "--kind": look.colour } as CSSProperties}
      onPointerMove={() => isConnecting && !isHovered && useCanvasUi.getState().setHovered(id)}
    >
      {isConnecting && <Handle type="target" position={Position.Top} className="port port-in" isConnectableStart={false} />}
      <span className={`step-tile ${look.tile}`}>
        <Icon className="size-4" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="step-title">{title}</p>
        {hasWords && (
          <p className="step-words">
            <span className="sr-only">{look.label}: </span>
            {words}
          </p>
        )}
      </div>
      {data.errors + data.warnings > 0 && (
        <span
          role="img"
          aria-label={canvasStrings.problemCount(data.errors + data.warnings)}
          title={canvasStrings.problemCount(data.errors + data.warnings)}
          data-testid={`badge-${id}`}
          className={`step-badge ${data.errors > 0 ? "is-error text-on-danger" : "text-warning"}`}
        >
          {data.errors > 0 ? <CircleAlert className="size-3" aria-hidden="true" /> : <TriangleAlert className="size-3" aria-hidden="true" />}
          {data.errors + data.warnings}
        </span>
      )}
      {data.opens && hasWords && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={canvasStrings.menu.open}
          title={canvasStrings.menu.open}
          data-testid={`open-${id}`}
          className="nodrag step-open"
          onClick={() => openTarget(id)}
        >
          <ExternalLink className="size-3" aria-hidden="true" />
        </button>
      )}
      {data.watchers.length > 0 && (
        <span className="step-watchers" title={data.watchers.join(", ")}>
          {data.watchers.slice(0, 3).map(initials).join(" ")}
        </span>
      )}
      <StepMarks flow={data.flow} id={id} />
      {reason !== null && isHovered && (
        <span role="status" className="step-reason" data-testid="refusal">
          {reason}
        </span>
      )}
      {(hasPorts ? ports : []).map((port) => (
        <Handle
          key={port.id}
          id={port.id}
          type="source"
          position={Position.Bottom}
          style={{ left: port.x }}
          isConnectable={!data.isReadOnly}
          isConnectableEnd={false}
          className="port"
        />
      ))}
      {hasPorts && data.type !== "link" && !data.isReadOnly && (
        <Handle
          id={NEW_PORT}
          type="source"
          position={Position.Bottom}
          style={{ left: 232 }}
          isConnectableEnd={false}
          title={canvasStrings.edge.condition}
          data-testid={`branch-port-${id}`}
          className="port port-new"
          onDoubleClick={() => useCanvasUi.getState().setConnectFrom(id)}
        />
      )}
    </div>
  );
});

