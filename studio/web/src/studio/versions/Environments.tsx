/** Draft, staging, production: what each runs since when, publishing and rolling back. */

import { useQuery } from "@tanstack/react-query";
import { History, Rocket, RotateCcw } from "lucide-react";
import { useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { useSession } from "../people/useSession";
import { Badge, Card, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { PublishDialog } from "./PublishDialog";
import { RollbackDialog } from "./RollbackDialog";
import { CommitCard } from "./CommitCard";
import { SetFlows } from "./SetFlows";
import { type Earlier, type EnvironmentName, type EnvironmentState, type Publication, versionsApi } from "./versionsApi";
import { When } from "./When";

export function Environments() {
  const { project } = useProject();
  const { may } = useSession();
  const [publishing, setPublishing] = useState<EnvironmentName | null>(null);
  const [rolling, setRolling] = useState<Publication | null>(null);
  const { data: states, error } = useQuery({ queryKey: ["versions", project, "environments"], queryFn: () => versionsApi.environments(project) });
  return (
    <>
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {states === undefined && error === null && <SkeletonRows count={3} />}
      <div className="grid gap-4 lg:grid-cols-3">
        <Card title={words.environments.draft} hint={words.environmentHints.draft}>
          <CommitCard />
        </Card>
        {states?.map((state) => (
          <Environment
            key={state.environment}
            state={state}
            mayPublish={may(state.environment === "production" ? "publish" : "stage")}
            mayRollBack={may("publish")}
            onPublish={() => setPublishing(state.environment)}
            onRollBack={setRolling}
          />
        ))}
      </div>
      {publishing !== null && <PublishDialog environment={publishing} onDone={() => setPublishing(null)} />}
      {rolling !== null && <RollbackDialog to={rolling} onDone={() => setRolling(null)} />}
    </>
  );
}

interface EnvironmentProps {
  state: EnvironmentState;
  mayPublish: boolean;
  mayRollBack: boolean;
  onPublish: () => void;
  onRollBack: (to: Publication) => void;
}

function Environment({ state, mayPublish, mayRollBack, onPublish, onRollBack }: EnvironmentProps) {
  const { environment, current } = state;
  const differing = Object.keys(state.changes).length;
  const earlier = earlierOf(state);
  const [last] = earlier;
  return (
    <Card title={words.environments[environment]} hint={words.environmentHints[environment]} testId={`environment-${environment}`}>
      {current === null ? (
        <p className="text-sm text-soft">{words.nothingPublished}</p>
      ) : (
        <div className="flex flex-col gap-1 text-sm">
          <p className="font-medium break-words">{current.message}</p>
          <p className="text-xs text-soft" title={current.at}>
            {words.kinds[current.kind]} <When at={current.at} />
            {` · ${current.by} · ${current.version.slice(0, 10)}`}
          </p>
          <p>{state.is_whole ? <Badge tone={differing === 0 ? "accent" : "plain"}>{differing === 0 ? words.same : words.differs(differing)}</Badge> : <Badge tone="danger">{words.damaged}</Badge>}</p>
          {Object.keys(current.flows).length > 0 && (
            <div className="text-xs">
              <p>{words.isTrainedSet}</p>
              <SetFlows flows={current.flows} />
            </div>
          )}
          {current.notes.map((note) => (
            <p key={note} className="text-xs text-soft">
              {note}
            </p>
          ))}
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button weight="accent" icon={Rocket} disabled={!mayPublish} onClick={onPublish} data-testid={`publish-${environment}`}>
          {words.publish}
        </Button>
        {last !== undefined && (
          <Button icon={RotateCcw} disabled={!mayRollBack || !last.can_run} title={last.can_run ? undefined : words.gone} onClick={() => onRollBack(last)} data-testid={`rollback-${environment}`}>
            {words.rollback}
          </Button>
        )}
      </div>
      {earlier.length > 0 && (
        <details>
          <summary className="flex items-center gap-1 text-xs font-semibold text-soft">
            <History className="size-4" aria-hidden="true" />
            {`${words.earlier} · ${earlier.length}`}
          </summary>
          <ul className="mt-2 flex flex-col gap-2">
            {earlier.map((publication) => (
              <li key={publication.number} className="flex items-center justify-between gap-2 text-sm">
                <span className="min-w-0">
                  <span className="block truncate">{publication.message}</span>
                  <span className="text-xs text-soft">
                    <When at={publication.at} />
                    {` · ${publication.by}`}
                  </span>
                </span>
                <Button disabled={!mayRollBack || !publication.can_run} title={publication.can_run ? undefined : words.gone} onClick={() => onRollBack(publication)}>
                  {words.runAgain}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

/** Earlier versions, the latest first, each once, without the one that runs. */
function earlierOf({ current, publications }: EnvironmentState): readonly Earlier[] {
  const seen = new Set([current?.version]);
  const newest = [...publications].sort((one, other) => other.number - one.number);
  return newest.filter((publication) => {
    if (seen.has(publication.version)) return false;
    seen.add(publication.version);
    return true;
  });
}
