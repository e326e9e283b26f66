/** What went wrong with the call, in words that say what to do; a draft with errors leads to the first of them. */

import { TriangleAlert, X } from "lucide-react";
import type { Problem, ProblemCode } from "../../core/phase";
import { strings } from "../../strings";
import { tryStrings } from "../../strings/en/try";
import { useFocusStep } from "../canvas/focusStore";
import { useDoc, useProject } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { uiStrings } from "../../strings/en/studio";
import { Button, IconButton } from "../ui/Button";
import { tryCall, useTry } from "./trySession";

/** One can go on by typing where only the microphone failed. */
const TYPABLE: readonly ProblemCode[] = ["mic-denied", "mic-missing", "mic-busy", "insecure-page"];

/** Opens the list of problems and goes to the first error. */
function useShowFirst(): () => void {
  const first = useDoc((state) => state.findings.find((finding) => finding.severity === "error"));
  const { go } = useFocusStep();
  return () => {
    useShell.getState().setProblemsOpen(true);
    if (first !== undefined) go(first);
  };
}

/** The draft cannot run as it is: whoever talks to it talks to what it was before. */
export function InvalidDraft({ errors }: { errors: number }) {
  const show = useShowFirst();
  return (
    <div className="flex shrink-0 items-center gap-2 border-b bg-sunken py-1 pr-2 pl-4 text-xs text-warning" data-testid="try-invalid">
      <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
      <p className="min-w-0 flex-1">{tryStrings.invalid(errors)}</p>
      <Button data-testid="try-show-problem" onClick={show}>
        {tryStrings.showProblem}
      </Button>
    </div>
  );
}

export function TryProblem({ problem }: { problem: Problem }) {
  const { project } = useProject();
  const { begin, mode } = useTry();
  const show = useShowFirst();
  const isInvalid = problem.serverCode === "assistant-invalid" || problem.serverCode === "policy-invalid";
  const { title, help } = isInvalid ? tryStrings.broken : strings.problems[problem.code];
  return (
    <div role="alert" data-testid="try-problem" data-code={problem.code} className="flex shrink-0 gap-3 border-b border-danger bg-danger-wash py-3 pr-2 pl-4">
      <TriangleAlert className="size-5 shrink-0 text-danger" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-semibold">{title}</p>
        <p className="text-xs">{help}</p>
        {problem.detail !== null && <p className="scroller mt-1 max-h-24 text-xs break-words whitespace-pre-line text-soft">{problem.detail}</p>}
        <div className="mt-2 flex flex-wrap gap-2">
          {isInvalid && (
            <Button data-testid="try-show-problem" onClick={show}>
              {tryStrings.showProblem}
            </Button>
          )}
          <Button data-testid="try-again" onClick={() => void begin(project, mode)}>
            {tryStrings.retry}
          </Button>
          {TYPABLE.includes(problem.code) && (
            <Button data-testid="try-type-instead" onClick={() => void begin(project, "chat")}>
              {tryStrings.typeInstead}
            </Button>
          )}
        </div>
      </div>
      <IconButton icon={X} label={uiStrings.dismiss} onClick={tryCall.dismissProblem} />
    </div>
  );
}
