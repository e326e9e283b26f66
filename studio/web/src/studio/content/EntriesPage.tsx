/** One part of the content whose entries are single things: list at the left, form at the right. */

import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { MousePointerClick, Plus, TriangleAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import { wordsOf } from "../api/http";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { ActionForm } from "./actions/ActionForm";
import { EntityForm } from "./intents/EntityForm";
import { IntentForm } from "./intents/IntentForm";
import { EntryFrame } from "./EntryFrame";
import { type Entry, type EntrySection, matching } from "./entries";
import { Badges } from "./Badges";
import { countsOf, filtered, filtersOf, type Listing, summaryOf, wordsOfEntry } from "./listing";
import { ListPane } from "./ListPane";
import { NewEntryDialog } from "./NewEntryDialog";
import { ResponseForm } from "./responses/ResponseForm";
import { SlotForm } from "./slots/SlotForm";
import { useSection } from "./useContent";

const FORMS = { responses: ResponseForm, slots: SlotForm, intents: IntentForm, entities: EntityForm, actions: ActionForm };
const route = getRouteApi("/studio/$project/content/$section");

export function EntriesPage({ section }: { section: EntrySection }) {
  const { project } = useProject();
  const navigate = useNavigate();
  const { find } = route.useSearch();
  const { data: entries, error } = useSection<readonly Entry[]>(section);
  const outline = useDoc((state) => state.outline);
  const findings = useDoc((state) => state.findings);
  const [typed, setTyped] = useState("");
  const [filter, setFilter] = useState("all");
  const [isCreating, setCreating] = useState(false);
  const listing = useMemo<Listing>(() => ({ section, outline, findings }), [section, outline, findings]);
  const counts = useMemo(() => countsOf(entries ?? [], listing), [entries, listing]);
  const shown = useMemo(() => matching(filtered(entries ?? [], filter, listing), typed, wordsOfEntry), [entries, filter, listing, typed]);
  const choose = (name: string | null): void =>
    void navigate({ to: "/studio/$project/content/$section", params: { project, section }, search: name === null ? {} : { find: name } });

  if (error !== null && entries === undefined) return <Empty icon={TriangleAlert} title={contentStrings.sections[section]} hint={wordsOf(error)} />;
  if (entries === undefined) return <SkeletonRows />;
  const what = contentStrings.sections[section];
  const chosen = entries.find((entry) => entry.name === find) ?? null;
  const Form = FORMS[section];
  const create = (
    <Button weight="accent" icon={Plus} onClick={() => setCreating(true)} data-testid="new-entry">
      {contentStrings.create(contentStrings.one[section])}
    </Button>
  );
  return (
    <div className="flex h-full min-h-0">
      <div className={`min-h-0 border-r bg-surface ${entries.length === 0 ? "flex-1" : "w-96 shrink-0 max-lg:w-full max-lg:border-r-0"} ${find !== undefined ? "max-lg:hidden" : ""}`}>
        <ListPane
          what={what}
          hint={contentStrings.hints[section]}
          total={entries.length}
          rows={shown.map((entry) => ({ id: entry.name, summary: summaryOf(entry, section), badges: <Badges entry={entry} listing={listing} /> }))}
          chosen={chosen?.name ?? null}
          onChoose={choose}
          typed={typed}
          onTyped={setTyped}
          filters={filtersOf(section).map((id) => ({ id, label: contentStrings[id], count: counts[id] ?? 0 })).filter(({ id, count }) => id === "all" || count > 0 || id === filter)}
          filter={filter}
          onFilter={setFilter}
          actions={create}
          empty={<Empty icon={Plus} title={contentStrings.none.title(what)} hint={contentStrings.none.hint}>{create}</Empty>}
        />
      </div>
      {entries.length > 0 && (
        <div className={`scroller min-h-0 min-w-0 flex-1 ${find === undefined ? "max-lg:hidden" : ""}`}>
          {chosen === null ? (
            find === undefined ? (
              <Empty icon={MousePointerClick} title={contentStrings.choose.title} hint={contentStrings.choose.hint} />
            ) : (
              <Empty icon={TriangleAlert} title={contentStrings.gone.title} hint={contentStrings.gone.hint}>
                <Button onClick={() => choose(null)}>{contentStrings.back}</Button>
              </Empty>
            )
          ) : (
            <EntryFrame key={chosen.name} section={section} entry={chosen} taken={entries.map((entry) => entry.name)} onGo={choose}>
              <Form entry={chosen} />
            </EntryFrame>
          )}
        </div>
      )}
      {isCreating && <NewEntryDialog section={section} taken={entries.map((entry) => entry.name)} onDone={() => setCreating(false)} onMade={choose} />}
    </div>
  );
}
