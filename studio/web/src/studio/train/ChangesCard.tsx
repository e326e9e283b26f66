/** What is otherwise than at the last training that went well. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trainStrings as words } from "../../strings/en/training";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Badge, SkeletonRows } from "../ui/Bits";
import { ago } from "../ui/time";
import { TONES } from "../versions/tones";
import type { Change, Changes } from "./trainApi";

const MOST = 50;

export function ChangesCard({ changes }: { changes: Changes | undefined }) {
  const { project } = useProject();
  const flows = useDoc((state) => state.outline?.flows) ?? [];
  return (
    <section className="flex flex-col gap-3 rounded-lg border bg-surface p-4" data-testid="changes">
      <div>
        <h2 className="text-sm font-semibold">{words.changes}</h2>
        {changes?.trained_at !== null && changes !== undefined && <p className="text-xs text-soft">{words.last(ago(changes.trained_at, Date.now()), changes.by ?? "")}</p>}
      </div>
      {changes === undefined && <SkeletonRows count={2} />}
      {changes?.trained_at === null && <p className="text-sm">{words.never}</p>}
      {changes?.is_current === true && <p className="text-sm">{words.current}</p>}
      {changes !== undefined && changes.trained_at !== null && !changes.is_current && (
        <>
          <Group title={words.flows} none={words.noFlowChanges} changes={changes.flows}>
            {(id, change) =>
              change === "removed" ? (
                <span className="truncate">{id}</span>
              ) : (
                <Link to="/studio/$project/flows/$flow" params={{ project, flow: id }} className="truncate underline underline-offset-2">
                  {flows.find((flow) => flow.id === id)?.name ?? id}
                </Link>
              )
            }
          </Group>
          <Group title={words.files} none="" changes={changes.files}>
            {(path) => <span className="truncate">{path}</span>}
          </Group>
        </>
      )}
    </section>
  );
}

interface GroupProps {
  title: string;
  none: string;
  changes: Readonly<Record<string, Change>>;
  children: (name: string, change: Change) => ReactNode;
}

function Group({ title, none, changes, children }: GroupProps) {
  const all = Object.entries(changes);
  return (
    <div>
      <h3 className="mb-1 text-xs font-semibold text-soft">{title}</h3>
      {all.length === 0 && <p className="text-sm text-soft">{none}</p>}
      <ul className="flex flex-col gap-1 text-sm">
        {all.slice(0, MOST).map(([name, change]) => (
          <li key={name} className="flex min-w-0 items-center justify-between gap-2">
            {children(name, change)}
            <Badge tone={TONES[change]}>{words.states[change]}</Badge>
          </li>
        ))}
        {all.length > MOST && <li className="text-xs text-soft">{words.more(all.length - MOST)}</li>}
      </ul>
    </div>
  );
}
