/** One step on the canvas. Drawn again only when its own data changes. */

import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, ExternalLink, Plus, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { initials } from "../ui/initials";
import { useCanvasUi } from "./canvasUi";
import { NEW_PORT, type StepNodeType } from "./drawing";
import { lookOf } from "./stepLooks";
import { useCanvasActions } from "./CanvasContext";

export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<StepNodeType>) {
  const { step, title, words, ports } = data;
  const look = lookOf(step);
  const Icon = look.icon;
  const { refusalFor, openTarget } = useCanvasActions();
  const isConnecting = useCanvasUi((ui) => ui.connecting !== null);
  const isHovered = useCanvasUi((ui) => ui.hovered === id);
  const isPulsing = useCanvasUi((ui) => ui.pulsing === id);
  const reason = isConnecting ? refusalFor(id) : null;
  const opens = step.type === "link" || (step.type === "call" && step.fields.mcp_server === undefined);
  return (
    <div
      data-testid={`node-${id}`}
      data-type={step.type}
      data-active={data.isActive}
      data-tone={data.tone ?? undefined}
      data-refused={reason !== null}
      className={`step-node ${selected === true ? "is-selected" : ""} ${isPulsing ? "is-pulsing" : ""} ${data.isActive ? "is-active" : ""} ${data.isVisited ? "is-visited" : ""}`}
      onPointerMove={() => isConnecting && !isHovered && useCanvasUi.getState().setHovered(id)}
    >
      <Handle type="target" position={Position.Top} className="port port-in" isConnectableStart={false} />
      <span className={`step-tile ${look.tile}`}>
        <Icon className="size-4" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="step-title">{title}</p>
        <p className="step-words">
          <span className="sr-only">{look.label}: </span>
          {words}
        </p>
      </div>
      {data.errors + data.warnings > 0 && (
        <span
          role="img"
          aria-label={canvasStrings.problemCount(data.errors + data.warnings)}
          title={canvasStrings.problemCount(data.errors + data.warnings)}
          data-testid={`badge-${id}`}
          className={`step-badge ${data.errors > 0 ? "bg-danger-fill text-on-danger" : "bg-surface text-warning"}`}
        >
          {data.errors > 0 ? <CircleAlert className="size-3" aria-hidden="true" /> : <TriangleAlert className="size-3" aria-hidden="true" />}
          {data.errors + data.warnings}
        </span>
      )}
      {opens && (
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
      {reason !== null && isHovered && (
        <span role="status" className="step-reason" data-testid="refusal">
          {reason}
        </span>
      )}
      {ports.map((port) => (
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
      {step.type !== "link" && !data.isReadOnly && (
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
        >
          <Plus className="pointer-events-none size-3" aria-hidden="true" />
        </Handle>
      )}
    </div>
  );
});

