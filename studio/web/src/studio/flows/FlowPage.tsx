/** One flow: its canvas, with the form at the right, YAML or outline at the left, and problems below. */

import { getRouteApi } from "@tanstack/react-router";
import { FileQuestion, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { uiStrings } from "../../strings/en/studio";
import { PAGE_ID } from "../api/pageId";
import type { Flow } from "../api/types";
import { CanvasProvider } from "../canvas/CanvasContext";
import { useCanvasCommands } from "../canvas/canvasCommands";
import { FlowCanvas } from "../canvas/FlowCanvas";
import { keptPlaces } from "../canvas/layout";
import { MarksProvider } from "../canvas/marks";
import { NO_OVERLAY, useOverlays } from "../canvas/overlayStore";
import { useFlowActions } from "../canvas/useFlowActions";
import { useCommentsUi } from "../comments/commentsUi";
import { useComments } from "../comments/useComments";
import { useHeat } from "../coverage/useCoverage";
import { useDoc, usePresent } from "../document/DocumentProvider";
import { Inspector } from "../inspector/Inspector";
import { OutlinePane } from "../outline/OutlinePane";
import { ProblemsPanel } from "../problems/ProblemsPanel";
import { isUnreadable, UnreadableNote } from "../problems/UnreadableNote";
import { useShell } from "../shell/shellStore";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { FlowBar } from "./FlowBar";
import { useArriving } from "./useArriving";

const YamlPane = lazy(() => import("../editor/YamlPane"));
const route = getRouteApi("/studio/$project/flows/$flow");

export default function FlowPage() {
  const { flow: id } = route.useParams();
  const flow = useDoc((state) => state.flows[id]);
  const failed = useDoc((state) => state.failed[id]);
  const isKnown = useDoc((state) => state.outline?.flows.some((each) => each.id === id) === true);
  const openFlow = useDoc((state) => state.openFlow);
  // Again when it is there again: its file was put back, or its deleting undone.
  useEffect(() => void openFlow(id), [openFlow, id, isKnown]);
  useTryingAgain(isKnown && flow === undefined && failed !== undefined, id);
  if (flow !== undefined) return <OpenFlow key={id} flow={flow} />;
  if (!isKnown) return <Empty icon={FileQuestion} title={canvasStrings.notFound} hint={failed ?? id} />;
  if (failed === undefined) return <SkeletonRows />;
  return (
    <Empty icon={TriangleAlert} title={canvasStrings.notLoaded} hint={failed}>
      <Button weight="accent" onClick={() => void openFlow(id)} data-testid="open-again">
        {uiStrings.tryAgain}
      </Button>
    </Empty>
  );
}

const AGAIN_MS = 5_000;

/** A flow that could not be fetched is asked for again, by itself too: what kept it away may be over. */
function useTryingAgain(isMissing: boolean, id: string): void {
  const openFlow = useDoc((state) => state.openFlow);
  useEffect(() => {
    if (!isMissing) return;
    const again = (): void => void openFlow(id);
    const timer = setInterval(again, AGAIN_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [isMissing, openFlow, id]);
}

function OpenFlow({ flow }: { flow: Flow }) {
  const present = usePresent();
  const [placesOf] = useState(keptPlaces);
  const at = useMemo(() => placesOf(flow), [placesOf, flow]);
  const actions = useFlowActions(flow, at, flow.is_default || isUnreadable(flow));
  const lit = useOverlays((overlays) => overlays.flows[flow.id] ?? NO_OVERLAY);
  const comments = useComments(flow);
  const heat = useHeat(flow);
  const overlay = useMemo(() => (heat === null ? lit : { ...lit, heat: heat.warmth }), [lit, heat]);
  const marks = useMemo(() => ({ comments, runs: heat?.runs ?? null, ways: heat?.ways ?? null }), [comments, heat]);
  const hasOpenComments = useCommentsUi((ui) => ui.openFlow === flow.id);
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
  const isFormOpen = hasSelection || hasOpenComments;
  useOfferedCommands(actions);
  useArriving();
  return (
    <CanvasProvider value={actions}>
      <MarksProvider value={marks}>
        <div className="flex h-full min-h-0 flex-col">
          <FlowBar flow={flow} />
          <UnreadableNote flow={flow} />
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
              className={`flex w-80 max-w-full shrink-0 flex-col border-l bg-surface max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:shadow-lg 2xl:w-96 ${isFormOpen ? "" : isTryOpen ? "max-2xl:hidden" : "max-lg:hidden"}`}
              aria-label={canvasStrings.toolbar.inspector}
            >
              <Inspector flow={flow} />
            </aside>
          </div>
        </div>
      </MarksProvider>
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
