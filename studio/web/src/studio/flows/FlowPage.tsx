/** One flow: its canvas, with the form at the right, YAML or outline at the left, and problems below. */

import { getRouteApi } from "@tanstack/react-router";
import { FileQuestion } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { PAGE_ID } from "../api/pageId";
import type { Flow } from "../api/types";
import { CanvasProvider } from "../canvas/CanvasContext";
import { useCanvasCommands } from "../canvas/canvasCommands";
import { FlowCanvas } from "../canvas/FlowCanvas";
import { toGraph } from "../canvas/graph";
import { placed } from "../canvas/layout";
import { NO_OVERLAY, useOverlays } from "../canvas/overlayStore";
import { useFlowActions } from "../canvas/useFlowActions";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Inspector } from "../inspector/Inspector";
import { OutlinePane } from "../outline/OutlinePane";
import { ProblemsPanel } from "../problems/ProblemsPanel";
import { useShell } from "../shell/shellStore";
import { Empty, SkeletonRows } from "../ui/Bits";
import { FlowBar } from "./FlowBar";

const YamlPane = lazy(() => import("../editor/YamlPane"));
const route = getRouteApi("/studio/$project/flows/$flow");

export default function FlowPage() {
  const { flow: id } = route.useParams();
  const flow = useDoc((state) => state.flows[id]);
  const failed = useDoc((state) => state.failed[id]);
  const isKnown = useDoc((state) => state.outline?.flows.some((each) => each.id === id) === true);
  const openFlow = useDoc((state) => state.openFlow);
  useEffect(() => void openFlow(id), [openFlow, id]);
  if (flow === undefined) {
    if (!isKnown || failed !== undefined) {
      return <Empty icon={FileQuestion} title={canvasStrings.notFound} hint={failed ?? id} />;
    }
    return <SkeletonRows />;
  }
  return <OpenFlow key={id} flow={flow} />;
}

function OpenFlow({ flow }: { flow: Flow }) {
  const { present } = useProject();
  const at = useMemo(() => placed(flow, toGraph(flow)), [flow]);
  const actions = useFlowActions(flow, at, flow.is_default);
  const overlay = useOverlays((overlays) => overlays.flows[flow.id] ?? NO_OVERLAY);
  const selection = useDoc((state) => state.selection);
  const { pane, isProblemsOpen, isTryOpen } = useShell();
  const watchers = useMemo(() => {
    const found: Record<string, string[]> = {};
    for (const person of present) {
      if (person.client !== PAGE_ID && person.flow === flow.id && typeof person.step === "string") (found[person.step] ??= []).push(person.name);
    }
    return found;
  }, [present, flow.id]);
  const hasSelection = selection.flow === flow.id && (selection.keys.length > 0 || selection.edge !== null);
  useOfferedCommands(actions);
  return (
    <CanvasProvider value={actions}>
      <div className="flex h-full min-h-0 flex-col">
        <FlowBar flow={flow} />
        <div className="relative flex min-h-0 flex-1">
          {pane !== "none" && (
            <aside className="flex w-104 max-w-full shrink-0 flex-col border-r bg-surface max-lg:absolute max-lg:inset-0 max-lg:z-30 max-lg:w-full">
              {pane === "yaml" ? (
                <Suspense fallback={<SkeletonRows />}>
                  <YamlPane flow={flow} />
                </Suspense>
              ) : (
                <OutlinePane flow={flow} />
              )}
            </aside>
          )}
          <div className="flex min-w-0 flex-1 flex-col">
            <div className="relative min-h-0 flex-1">
              <FlowCanvas flow={flow} at={at} actions={actions} overlay={overlay} watchers={watchers} />
            </div>
            {isProblemsOpen && <ProblemsPanel flow={flow} />}
          </div>
          <aside
            className={`flex w-80 max-w-full shrink-0 flex-col border-l bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:shadow-lg 2xl:w-96 ${hasSelection ? "" : isTryOpen ? "max-2xl:hidden" : "max-lg:hidden"}`}
            aria-label={canvasStrings.toolbar.inspector}
          >
            <Inspector flow={flow} />
          </aside>
        </div>
      </div>
    </CanvasProvider>
  );
}

/** What the search palette can do while this canvas is open. */
function useOfferedCommands(actions: ReturnType<typeof useFlowActions>): void {
  useEffect(() => {
    const shell = useShell.getState;
    useCanvasCommands.getState().offer([
      { id: "add", run: actions.askAdd },
      { id: "tidy", run: actions.tidy },
      { id: "selectAll", run: () => actions.select(actions.current().flow.steps.map((step) => step.key)) },
      { id: "yaml", run: () => shell().setPane(shell().pane === "yaml" ? "none" : "yaml") },
      { id: "outline", run: () => shell().setPane(shell().pane === "outline" ? "none" : "outline") },
      { id: "problems", run: () => shell().setProblemsOpen(!shell().isProblemsOpen) },
    ]);
    return () => useCanvasCommands.getState().offer([]);
  }, [actions]);
}
