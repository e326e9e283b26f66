/** Above the canvas: where one is, the way back, and the panes that can be opened beside it. */

import { Link } from "@tanstack/react-router";
import { ChevronRight, CircleAlert, Code, ListTree, MessageSquare, Paintbrush, SlidersHorizontal } from "lucide-react";
import { useEffect } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { commentStrings } from "../../strings/en/comments";
import { flowStrings } from "../../strings/en/studio";
import type { Flow } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { useMarks } from "../canvas/marks";
import { useDoc, useProject } from "../document/DocumentProvider";
import { ownFindings } from "../problems/ownFindings";
import { useShell } from "../shell/shellStore";
import { Badge } from "../ui/Bits";
import { Button, IconButton } from "../ui/Button";
import { useTrail } from "./trail";

const words = canvasStrings.toolbar;

export function FlowBar({ flow }: { flow: Flow }) {
  const { project, store } = useProject();
  const shell = useShell();
  const actions = useCanvasActions();
  const findings = useDoc((state) => state.findings);
  const names = useDoc((state) => state.outline?.flows);
  const { trail, visit } = useTrail();
  useEffect(() => visit(project, flow.id), [visit, project, flow.id]);
  const own = ownFindings(findings, flow);
  const isWrong = own.some((finding) => finding.severity === "error");
  const flowComments = useMarks().comments.open.get(null) ?? 0;
  const way = trail.slice(0, -1).slice(-3);
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-b bg-surface px-3 py-2">
      <nav aria-label={canvasStrings.breadcrumbs} className="flex min-w-0 items-center gap-1 text-sm" data-testid="breadcrumbs">
        <Link to="/studio/$project/flows" params={{ project }} className="text-soft hover:text-ink hover:underline">
          {canvasStrings.allFlows}
        </Link>
        {way.map((id) => (
          <span key={id} className="flex min-w-0 items-center gap-1 max-md:hidden">
            <ChevronRight className="size-4 shrink-0 text-soft" aria-hidden="true" />
            <Link to="/studio/$project/flows/$flow" params={{ project, flow: id }} className="truncate text-soft hover:text-ink hover:underline">
              {names?.find((each) => each.id === id)?.name ?? id}
            </Link>
          </span>
        ))}
        <ChevronRight className="size-4 shrink-0 text-soft" aria-hidden="true" />
        <h1 className="truncate font-semibold">{flow.name}</h1>
      </nav>
      {flow.is_pattern && <Badge>{flow.is_default ? flowStrings.builtIn : flowStrings.system}</Badge>}
      {flow.is_customised && <Badge tone="accent">{flowStrings.customised}</Badge>}
      {flow.is_default && (
        <Button icon={Paintbrush} onClick={() => void store.getState().edit(flowStrings.labels.customise, [{ op: "customise_pattern", flow: flow.id }])}>
          {canvasStrings.customise}
        </Button>
      )}
      <div className="ml-auto flex items-center gap-1">
        <Button
          weight="ghost"
          icon={CircleAlert}
          aria-pressed={shell.isProblemsOpen}
          data-testid="toggle-problems"
          className={isWrong ? "text-danger" : own.length > 0 ? "text-warning" : ""}
          onClick={() => shell.setProblemsOpen(!shell.isProblemsOpen)}
        >
          {own.length === 0 ? words.problems : canvasStrings.problemCount(own.length)}
        </Button>
        <Button
          weight="ghost"
          icon={MessageSquare}
          aria-label={commentStrings.onFlow(flowComments)}
          title={commentStrings.onFlow(flowComments)}
          data-testid="flow-comments"
          className={flowComments > 0 ? "text-accent-strong" : ""}
          onClick={() => actions.openComments(null)}
        >
          {flowComments > 0 && flowComments}
        </Button>
        <IconButton icon={ListTree} label={words.outline} isOn={shell.pane === "outline"} data-testid="toggle-outline" onClick={() => shell.setPane(shell.pane === "outline" ? "none" : "outline")} />
        <IconButton icon={Code} label={words.yaml} isOn={shell.pane === "yaml"} data-testid="toggle-yaml" onClick={() => shell.setPane(shell.pane === "yaml" ? "none" : "yaml")} />
        <IconButton icon={SlidersHorizontal} label={words.flow} data-testid="flow-properties" onClick={() => actions.select([])} className="max-lg:hidden" />
      </div>
    </header>
  );
}
