/** What is called, whether the canvas follows, and the way out. */

import { useQuery } from "@tanstack/react-query";
import { LocateFixed, X } from "lucide-react";
import { useCall } from "../../call/hooks";
import { isInCall } from "../../core/phase";
import { tryStrings } from "../../strings/en/try";
import { useProject } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { IconButton } from "../ui/Button";
import { Choice } from "../ui/Field";
import { tryApi } from "./tryApi";
import { tryCall, useTry } from "./trySession";

interface Named {
  readonly name?: string;
  readonly environment?: string;
  readonly current?: unknown;
  readonly is_current?: boolean;
}

export function TryHeader() {
  const { environment, choose, isFollowing, follow } = useTry();
  const { phase } = useCall(tryCall);
  const targets = useTargets();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b pr-2 pl-4">
      <h2 className="shrink-0 text-sm font-semibold">{tryStrings.title}</h2>
      <Choice
        label={tryStrings.target}
        value={environment}
        options={targets}
        onChange={choose}
        isDisabled={isInCall(phase)}
        className="max-w-40"
      />
      <div className="ml-auto flex">
        <IconButton icon={LocateFixed} label={tryStrings.follow} isOn={isFollowing} data-testid="try-follow" onClick={() => follow(!isFollowing)} />
        <IconButton icon={X} label={tryStrings.close} data-testid="try-close" onClick={() => useShell.getState().setTryOpen(false)} />
      </div>
    </header>
  );
}

/** The draft, what was published, and the other branches. */
function useTargets(): { value: string; label: string }[] {
  const { project } = useProject();
  const environments = useQuery({ queryKey: ["project", project, "try-environments"], queryFn: () => tryApi.environments(project), retry: false });
  const branches = useQuery({ queryKey: ["project", project, "try-branches"], queryFn: () => tryApi.branches(project), retry: false });
  const published = listOf(environments.data).filter((one) => one.current !== null && one.current !== undefined);
  return [
    { value: "draft", label: tryStrings.targets.draft ?? "draft" },
    ...published.map((one) => one.environment ?? one.name ?? "").filter((name) => name !== "" && name !== "draft").map((name) => ({ value: name, label: tryStrings.targets[name] ?? name })),
    ...listOf(branches.data).filter((one) => one.is_current !== true && one.name !== undefined).map((one) => ({ value: `branch:${one.name}`, label: tryStrings.branch(one.name ?? "") })),
  ];
}

function listOf(told: unknown): readonly Named[] {
  return Array.isArray(told) ? (told as Named[]) : [];
}
