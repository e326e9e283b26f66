/** Sets of flow versions that were trained: try one, or publish it as it was trained. */

import { MessageCircle, Rocket } from "lucide-react";
import { useState } from "react";
import { trainStrings as words } from "../../strings/en/training";
import { useSession } from "../people/useSession";
import { useShell } from "../shell/shellStore";
import { useTry } from "../try/trySession";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { PublishDialog } from "../versions/PublishDialog";
import { SetFlows } from "../versions/SetFlows";
import { useTrainedSets } from "../versions/useTrainedSets";
import type { EnvironmentName } from "../versions/versionsApi";
import { When } from "../versions/When";

export function TrainedSets() {
  const { may } = useSession();
  const sets = useTrainedSets();
  const [publishing, setPublishing] = useState<{ version: string; environment: EnvironmentName } | null>(null);
  if (sets.length === 0) return null;
  const tryIt = (version: string): void => {
    useTry.getState().choose(`trained:${version}`);
    useShell.getState().setTryOpen(true);
  };
  return (
    <section className="flex flex-col gap-2" data-testid="trained-sets">
      <div>
        <h2 className="text-sm font-semibold">{words.sets}</h2>
        <p className="text-xs text-soft">{words.setsHint}</p>
      </div>
      <ul className="divide-y rounded-lg border bg-surface">
        {sets.map(({ version, at, by, flows }) => (
          <li key={version} className="flex flex-wrap items-start gap-2 px-4 py-3 text-sm" data-testid={`set-${version}`}>
            <span className="flex min-w-0 flex-1 flex-col gap-1">
              <span>
                {words.setTrained} <When at={at} />
                <span className="text-soft">{` · ${by} · ${version.slice(0, 10)}`}</span>
              </span>
              <SetFlows flows={flows} />
            </span>
            <Button icon={MessageCircle} onClick={() => tryIt(version)} data-testid={`try-${version}`}>
              {words.trySet}
            </Button>
            <Menu
              trigger={
                <Button icon={Rocket} disabled={!may("stage")} data-testid={`publish-set-${version}`}>
                  {words.publishSet}
                </Button>
              }
              items={[
                { label: words.toStaging, icon: Rocket, onSelect: () => setPublishing({ version, environment: "staging" }) },
                { label: words.toProduction, icon: Rocket, isDisabled: !may("publish"), onSelect: () => setPublishing({ version, environment: "production" }) },
              ]}
            />
          </li>
        ))}
      </ul>
      {publishing !== null && <PublishDialog environment={publishing.environment} version={publishing.version} onDone={() => setPublishing(null)} />}
    </section>
  );
}
