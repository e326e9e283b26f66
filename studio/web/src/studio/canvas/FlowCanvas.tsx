/** The flow as a drawing that can be edited. What is drawn comes from the document; gestures go back as commands. */

import {
  ConnectionMode,
  type EdgeTypes,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type ReactNode, useRef, useState } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import type { Flow } from "../api/types";
import { CoveragePanel } from "../coverage/CoveragePanel";
import { useProject } from "../document/DocumentProvider";
import { AddMenu } from "./AddMenu";
import "./canvas.css";
import "./lines.css";
import { type CanvasActions, CanvasProvider } from "./CanvasContext";
import { CanvasMenu } from "./CanvasMenu";
import { CanvasToolbar } from "./CanvasToolbar";
import { useCanvasUi } from "./canvasUi";
import { ConnectDialog } from "./ConnectDialog";
import { Dots } from "./Dots";
import type { CanvasNode } from "./drawing";
import { EmptyFlow } from "./EmptyFlow";
import { FlowEdge } from "./FlowEdge";
import { GuideLines } from "./GuideLines";
import { GRID, type Positions } from "./layout";
import { NO_OVERLAY, type Overlay } from "./overlayStore";
import { Overview } from "./Overview";
import { EndNode, StartNode } from "./PillNodes";
import { RenameBox } from "./RenameBox";
import { StepNode } from "./StepNode";
import { useCanvasKeys } from "./useCanvasKeys";
import { useConnecting } from "./useConnecting";
import { useDrawing } from "./useDrawing";
import { useFocusing } from "./useFocusing";
import { useMenu } from "./useMenu";
import { useZoomBucket, ZoomProvider } from "./useZoomBucket";
import { viewOfAll } from "./viewing";

const NODE_TYPES: NodeTypes = { step: StepNode, start: StartNode, end: EndNode } as NodeTypes;
const EDGE_TYPES: EdgeTypes = { flow: FlowEdge } as EdgeTypes;
/** Titles are still legible at this zoom: see canvas.css. */
const MIN_ZOOM = 0.25;
const MAX_ZOOM = 2;
/** How long the view takes to go where it was sent. */
const VIEW_MS = 200;
const NO_WATCHERS = {};

/** Keep the canvas library from measuring every step that comes into view, and its ports: drawing.ts says where they are.
 *
 * Measuring makes the browser lay the page out in the middle of a movement, and what is not drawn from far away would count
 * as not there.
 */
function useKnownSizes(): void {
  const store = useStoreApi();
  // While this is drawn for the first time: what is drawn inside asks the store for it once.
  useState(() => store.setState({ updateNodeInternals: () => undefined }));
}

/** What a node of the overview tells: where a call is, what is wrong, what is selected, what kind of step it is. */
function colourOf(node: CanvasNode): string {
  if (node.type !== "step") return "var(--color-edge)";
  if (node.data.isActive) return "var(--color-accent-strong)";
  if (node.data.errors > 0) return "var(--color-danger)";
  return node.selected === true ? "var(--color-accent)" : node.data.look.colour;
}

interface FlowCanvasProps {
  flow: Flow;
  at: Positions;
  actions: CanvasActions;
  overlay?: Overlay;
  /** By step key, who looks at it. */
  watchers?: Readonly<Record<string, readonly string[]>>;
  children?: ReactNode;
}

export function FlowCanvas(props: FlowCanvasProps) {
  return (
    <CanvasProvider value={props.actions}>
      <ReactFlowProvider>
        <Canvas {...props} />
      </ReactFlowProvider>
    </CanvasProvider>
  );
}

function Canvas({ flow, at, actions, overlay = NO_OVERLAY, watchers = NO_WATCHERS, children }: FlowCanvasProps) {
  const { project } = useProject();
  const drawing = useDrawing(flow, at, actions, overlay, watchers);
  const connecting = useConnecting(actions);
  const flowApi = useReactFlow();
  const viewStore = useStoreApi();
  useKnownSizes();
  const zoom = useZoomBucket();
  const frame = useRef<HTMLDivElement>(null);
  const fit = (): void => void flowApi.setViewport(viewOfAll(at, viewStore.getState(), MIN_ZOOM), { duration: VIEW_MS });
  const menu = useMenu(actions);
  useCanvasKeys(actions, fit, menu.openAt);
  const isRefusing = useCanvasUi((ui) => ui.connecting !== null);
  useFocusing(flow, at, MIN_ZOOM);
  return (
    <div
      ref={frame}
      className="relative h-full min-h-0 w-full"
      data-testid="canvas"
      data-flow={flow.id}
      data-zoom={zoom}
      data-connecting={isRefusing}
    >
      <ZoomProvider value={zoom}>
        <ReactFlow<CanvasNode>
          id={`${project}-${flow.id}`}
          aria-label={canvasStrings.label(flow.name)}
          tabIndex={0}
          nodes={drawing.nodes}
          edges={drawing.lines as never}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={drawing.onNodesChange}
          onNodeDragStart={drawing.onDragStart}
          onNodeDragStop={drawing.onDragStop}
          onSelectionDragStart={drawing.onDragStart}
          onSelectionDragStop={drawing.onDragStop}
          onEdgeClick={(_, line) => actions.selectEdge((line as never as { data: { edge: never } }).data.edge)}
          onNodeDoubleClick={(_, node) => actions.openTarget(node.id)}
          onPaneClick={() => actions.select([])}
          onMoveStart={() => frame.current?.setAttribute("data-moving", "true")}
          onMoveEnd={() => frame.current?.removeAttribute("data-moving")}
          {...(menu.handlers as object)}
          {...connecting}
          onlyRenderVisibleElements
          elevateNodesOnSelect={false}
          snapToGrid={drawing.isSnapping}
          snapGrid={[GRID, GRID]}
          minZoom={MIN_ZOOM}
          maxZoom={MAX_ZOOM}
          panOnScroll
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          zoomActivationKeyCode={["Control", "Meta"]}
          panActivationKeyCode="Space"
          selectionOnDrag
          selectionMode={SelectionMode.Partial}
          panOnDrag={[1, 2]}
          selectionKeyCode={null}
          multiSelectionKeyCode={["Shift", "Control", "Meta"]}
          deleteKeyCode={null}
          disableKeyboardA11y
          connectionMode={ConnectionMode.Loose}
          connectionRadius={24}
          nodesConnectable={!actions.isReadOnly}
          nodesFocusable
          edgesFocusable={false}
          proOptions={{ hideAttribution: true }}
        >
          <Dots />
          <Overview nodes={drawing.nodes} colour={colourOf} />
          <GuideLines vertical={drawing.guides.vertical} horizontal={drawing.guides.horizontal} />
        </ReactFlow>
      </ZoomProvider>
      <CanvasToolbar onFit={fit} />
      <CoveragePanel flow={flow} />
      {flow.steps.length === 0 && <EmptyFlow flow={flow} />}
      <AddMenu flow={flow} />
      <ConnectDialog flow={flow} />
      <RenameBox flow={flow} />
      <CanvasMenu onFit={fit} />
      {children}
    </div>
  );
}

