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
import { ago } from "../ui/time";
import { useTrainedSets } from "../versions/useTrainedSets";
import { versionsApi } from "../versions/versionsApi";
import { tryCall, useTry } from "./trySession";

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

/** The draft, what was published, the other branches, and sets that were trained. */
function useTargets(): { value: string; label: string }[] {
  const { project } = useProject();
  const environments = useQuery({ queryKey: ["versions", project, "environments"], queryFn: () => versionsApi.environments(project), retry: false });
  const branches = useQuery({ queryKey: ["versions", project, "branches"], queryFn: () => versionsApi.branches(project), retry: false });
  const published = (environments.data ?? []).filter(({ current }) => current !== null);
  return [
    { value: "draft", label: tryStrings.targets.draft ?? "draft" },
    ...published.map(({ environment }) => ({ value: environment, label: tryStrings.targets[environment] ?? environment })),
    ...(branches.data ?? []).filter(({ is_current }) => !is_current).map(({ name }) => ({ value: `branch:${name}`, label: tryStrings.branch(name) })),
    ...useTrainedSets().map(({ version, at }) => ({ value: `trained:${version}`, label: tryStrings.trained(ago(at, Date.now())) })),
  ];
}
