/** All flows: by last edit, with filter, problems and tests; system flows apart. */

import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Plus, Search, SearchX, Sparkles, Workflow } from "lucide-react";
import { useState } from "react";
import { flowStrings } from "../../strings/en/studio";
import type { FlowSummary } from "../api/types";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Empty, Page } from "../ui/Bits";
import { Button } from "../ui/Button";
import { TextInput } from "../ui/Field";
import { type FlowAction, FlowDialogs } from "./FlowDialogs";
import { FlowTable } from "./FlowTable";
import { listed, TAGS, tagOf } from "./listing";
import { sampleFlow } from "./sampleFlow";

const route = getRouteApi("/studio/$project/flows");

export default function FlowListPage() {
  const { project, store } = useProject();
  const outline = useDoc((state) => state.outline);
  const { filter = "", tag: given } = route.useSearch();
  const navigate = useNavigate();
  const [action, setAction] = useState<FlowAction | null>(null);
  const tag = tagOf(given);
  const all = outline?.flows ?? [];
  const own = all.filter((flow) => !flow.is_pattern);
  const shown = listed(own, filter, tag);
  const patterns = listed(all.filter((flow) => flow.is_pattern), filter, tag);
  const search = (next: { filter?: string; tag?: string }): void => {
    const to = { filter, tag: tag as string, ...next };
    void navigate({
      to: "/studio/$project/flows",
      params: { project },
      search: { ...(to.filter === "" ? {} : { filter: to.filter }), ...(to.tag === "all" ? {} : { tag: to.tag }) },
      replace: true,
    });
  };
  const sample = (): void => {
    const { flow, commands } = sampleFlow(all.map((each) => each.id));
    void store
      .getState()
      .edit(flowStrings.labels.create, commands)
      .then((edited) => {
        if (edited !== null) void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow } });
      });
  };
  const create = (
    <Button weight="accent" icon={Plus} data-testid="new-flow" onClick={() => setAction({ kind: "create", flow: null })}>
      {flowStrings.create}
    </Button>
  );
  return (
    <Page title={flowStrings.title} hint={flowStrings.hint} actions={create}>
      {own.length > 0 || filter !== "" || tag !== "all" ? (
        <div className="flex flex-wrap items-center gap-2">
          <div className="relative w-72 max-w-full">
            <Search className="pointer-events-none absolute top-2 left-2 size-4 text-soft" aria-hidden="true" />
            <TextInput aria-label={flowStrings.filter} placeholder={flowStrings.filter} value={filter} onChange={(text) => search({ filter: text })} className="pl-8" data-testid="filter-flows" />
          </div>
          <div role="group" aria-label={flowStrings.filter} className="flex flex-wrap gap-1">
            {TAGS.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === tag}
                onClick={() => search({ tag: each })}
                className="h-8 rounded-md px-3 text-sm text-soft hover:bg-sunken hover:text-ink aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent-strong"
              >
                {flowStrings.tags[each]}
              </button>
            ))}
          </div>
          <p className="ml-auto text-xs text-soft">{flowStrings.count(shown.length)}</p>
        </div>
      ) : null}
      {own.length === 0 ? (
        <div className="rounded-lg border bg-surface">
          <Empty icon={Workflow} title={flowStrings.none} hint={flowStrings.noneHint}>
            {create}
            <Button icon={Sparkles} data-testid="sample-flow" onClick={sample}>
              {flowStrings.sample}
            </Button>
          </Empty>
        </div>
      ) : shown.length + patterns.length === 0 ? (
        <Empty icon={SearchX} title={flowStrings.noneMatch} hint={flowStrings.noneMatchHint}>
          <Button onClick={() => search({ filter: "", tag: "all" })}>{flowStrings.clear}</Button>
        </Empty>
      ) : (
        shown.length > 0 && <FlowTable flows={shown} onAction={setAction} label={flowStrings.own} />
      )}
      {patterns.length > 0 && <Patterns flows={patterns} onAction={setAction} />}
      <FlowDialogs action={action} onDone={() => setAction(null)} />
    </Page>
  );
}

function Patterns({ flows, onAction }: { flows: readonly FlowSummary[]; onAction: (action: FlowAction) => void }) {
  return (
    <section className="mt-4 flex flex-col gap-3" aria-label={flowStrings.patterns}>
      <div>
        <h2 className="text-base font-semibold">{flowStrings.patterns}</h2>
        <p className="text-sm text-soft">{flowStrings.patternsHint}</p>
      </div>
      <FlowTable flows={flows} onAction={onAction} label={flowStrings.patterns} />
    </section>
  );
}
