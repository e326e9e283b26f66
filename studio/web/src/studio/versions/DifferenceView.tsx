/** What one state changed against another: as flows and content, or as text. */

import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Field";
import { ContentDifference } from "./ContentDifference";
import { FlowDifference } from "./FlowDifference";
import { DRAFT, firstLine } from "./HistoryTab";
import { Legend } from "./Legend";
import { RestoreDialog } from "./RestoreDialog";
import { TextDifference } from "./TextDifference";
import { type Commit, type HistoryStatus, versionsApi } from "./versionsApi";

const BEFORE = "before";

export function DifferenceView({ commit, commits, status }: { commit: string; commits: readonly Commit[]; status: HistoryStatus }) {
  const { project } = useProject();
  const { may } = useSession();
  const [against, setAgainst] = useState(BEFORE);
  const [isText, setText] = useState(false);
  const [restoring, setRestoring] = useState<{ flow: string | null } | null>(null);
  const { data, error } = useQuery({
    queryKey: ["versions", project, "difference", commit, against, commit === DRAFT ? status.changes : null, status.head],
    queryFn: () => versionsApi.difference(project, commit, against === BEFORE ? null : against),
  });
  const isEmpty = data !== undefined && data.text === "" && data.flows.length === 0 && data.content.length === 0;
  const chosen = commits.find(({ id }) => id === commit);
  const canRestore = commit !== DRAFT && may("edit");
  const others = [{ id: DRAFT, label: words.draftNow }, ...commits.map((each) => ({ id: each.id, label: firstLine(each).slice(0, 60) }))];
  return (
    <section className="flex min-w-0 flex-col gap-3" data-testid="difference">
      <header className="flex flex-wrap items-center gap-2">
        <label className="flex items-center gap-2 text-xs text-soft">
          <span className="whitespace-nowrap">{words.compare}</span>
          <Choice
            value={against}
            className="max-w-64"
            options={[{ value: BEFORE, label: words.before }, ...others.filter(({ id }) => id !== commit).map(({ id, label }) => ({ value: id, label }))]}
            onChange={setAgainst}
          />
        </label>
        <div role="group" aria-label={words.compare} className="flex gap-1">
          <Button weight={isText ? "ghost" : "outline"} aria-pressed={!isText} onClick={() => setText(false)}>
            {words.asDesign}
          </Button>
          <Button weight={isText ? "outline" : "ghost"} aria-pressed={isText} onClick={() => setText(true)} data-testid="as-text">
            {words.asText}
          </Button>
        </div>
        {canRestore && (
          <Button icon={RotateCcw} className="ml-auto" onClick={() => setRestoring({ flow: null })} data-testid="restore">
            {words.restore}
          </Button>
        )}
      </header>
      {chosen !== undefined && chosen.message.includes("\n") && <p className="text-sm whitespace-pre-line text-soft">{chosen.message.split("\n").slice(1).join("\n").trim()}</p>}
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {data === undefined && error === null && <SkeletonRows count={4} />}
      {isEmpty && <p className="text-sm text-soft">{words.nothingDiffers}</p>}
      {data !== undefined && isText && <TextDifference text={data.text} />}
      {data !== undefined && !isText && (
        <>
          {data.flows.length > 0 && <Legend />}
          {data.flows.map((flow) => (
            <FlowDifference key={flow.id} flow={flow} onRestore={canRestore && flow.after !== null ? () => setRestoring({ flow: flow.id }) : null} />
          ))}
          <ContentDifference changes={data.content} />
        </>
      )}
      {restoring !== null && <RestoreDialog commit={commit} title={chosen === undefined ? commit : firstLine(chosen)} flow={restoring.flow} isFree={status.is_free} onDone={() => setRestoring(null)} />}
    </section>
  );
}
