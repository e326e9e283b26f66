/** Where a flow begins and where its ways end. */

import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleStop, Play, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import type { PillNodeType } from "./drawing";
import { portId } from "./graph";

export const StartNode = memo(function StartNode({ selected }: NodeProps<PillNodeType>) {
  return (
    <div data-testid="node-START" className={`pill-node bg-accent text-on-accent ${selected === true ? "is-selected" : ""}`}>
      <Play className="size-3" aria-hidden="true" />
      {canvasStrings.start}
      <Handle id={portId({ kind: "next", index: 0 })} type="source" position={Position.Bottom} isConnectableEnd={false} className="port" />
    </div>
  );
});

export const EndNode = memo(function EndNode({ id, data }: NodeProps<PillNodeType>) {
  const missing = data.edge !== null && data.edge.to === null && data.edge.to_id !== null ? data.edge.to_id : null;
  const look = missing === null ? "border-edge bg-surface text-soft" : "border-danger bg-danger-wash text-danger";
  return (
    <div data-testid={`node-${id}`} title={missing === null ? undefined : canvasStrings.edge.missing(missing)} className={`pill-node border ${look}`}>
      <Handle type="target" position={Position.Top} className="port port-in" isConnectableStart={false} />
      {missing === null ? <CircleStop className="size-3" aria-hidden="true" /> : <TriangleAlert className="size-3" aria-hidden="true" />}
      <span className="truncate">{missing ?? canvasStrings.end}</span>
    </div>
  );
});
