/** Which flows go into the training: each as in the draft, as in an earlier version, or not at all. */

import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { trainStrings as words } from "../../strings/en/training";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Choice, TextInput } from "../ui/Field";
import { ago } from "../ui/time";
import { versionsApi } from "../versions/versionsApi";
import type { Versions } from "./trainApi";

const DRAFT = "draft";
const NONE = "none";

export function FlowVersions({ versions, onChange }: { versions: Versions; onChange: (versions: Versions) => void }) {
  const { project } = useProject();
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const flows = (useDoc((state) => state.outline?.flows) ?? []).filter((flow) => !flow.is_default);
  const { data: history } = useQuery({ queryKey: ["versions", project, "history", 0], queryFn: () => versionsApi.history(project, 0), enabled: isOpen });
  const commits = history?.commits ?? [];
  const count = Object.keys(versions).length;
  const options = [
    { value: DRAFT, label: words.draft },
    { value: NONE, label: words.leaveOut },
    ...commits.map(({ id, message, at }) => ({ value: id, label: words.version((message.split("\n")[0] ?? "").slice(0, 60), ago(at, Date.now())) })),
  ];
  const choose = (flow: string, value: string): void => {
    const { [flow]: _, ...rest } = versions;
    onChange(value === DRAFT ? rest : { ...rest, [flow]: value === NONE ? null : value });
  };
  const shown = flows.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(typed.trim().toLowerCase()));
  return (
    <details className="group rounded-lg border bg-surface" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="flow-versions">
      <summary className="flex h-12 items-center gap-2 px-4">
        <ChevronRight className="size-4 text-soft transition-transform group-open:rotate-90" aria-hidden="true" />
        <span className="text-sm font-semibold">{words.which}</span>
        <span className="text-xs text-soft">{count === 0 ? words.allDraft : words.someElse(count)}</span>
      </summary>
      <div className="flex flex-col gap-3 border-t p-4">
        <p className="text-xs text-soft">{history?.status.is_available === false ? words.noHistory : words.whichHint}</p>
        <div className="flex flex-wrap gap-2">
          <TextInput aria-label={words.filter} placeholder={words.filter} value={typed} onChange={setTyped} className="max-w-72" />
          {count > 0 && <Button onClick={() => onChange({})}>{words.reset}</Button>}
        </div>
        <ul className="flex flex-col gap-1">
          {shown.map((flow) => (
            <li key={flow.id} className="grid grid-cols-[minmax(0,1fr)_minmax(0,20rem)] items-center gap-2 text-sm">
              <span className="truncate">{flow.name}</span>
              <Choice label={flow.name} value={flow.id in versions ? (versions[flow.id] ?? NONE) : DRAFT} options={options} onChange={(value) => choose(flow.id, value)} />
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
