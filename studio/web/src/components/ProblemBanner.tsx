/** What went wrong with the call, in words that say what to do. */

import { TriangleAlert, X } from "lucide-react";
import type { Problem, ProblemCode } from "../core/phase";
import { strings } from "../strings";
import { Pill } from "./Buttons";

/** A caller can go on without a microphone where only that is what failed. */
const TYPABLE: readonly ProblemCode[] = ["mic-denied", "mic-missing", "mic-busy", "insecure-page"];

interface ProblemBannerProps {
  problem: Problem;
  onRetry(): void;
  onType(): void;
  onDismiss(): void;
}

export function ProblemBanner({ problem, onRetry, onType, onDismiss }: ProblemBannerProps) {
  const { title, help } = strings.problems[problem.code];
  return (
    <div className="px-4 pt-4 lg:px-6">
      <div
        role="alert"
        data-testid="error-banner"
        data-code={problem.code}
        className="mx-auto flex max-w-180 gap-3 rounded-lg border border-danger bg-danger-wash p-4"
      >
        <TriangleAlert className="size-5 shrink-0 text-danger" aria-hidden="true" />
        <div className="min-w-0 flex-1">
          <p className="text-sm font-semibold">{title}</p>
          <p className="mt-1 text-sm">{help}</p>
          {problem.detail !== null && <p className="mt-1 text-xs break-words text-soft">{problem.detail}</p>}
          <div className="mt-3 flex flex-wrap gap-2">
            <Pill weight="outline" size="small" onClick={onRetry}>
              {strings.call.tryAgain}
            </Pill>
            {TYPABLE.includes(problem.code) && (
              <Pill weight="outline" size="small" onClick={onType}>
                {strings.call.type}
              </Pill>
            )}
          </div>
        </div>
        <button
          type="button"
          onClick={onDismiss}
          aria-label={strings.call.dismiss}
          className="-m-2 grid size-10 shrink-0 place-items-center self-start rounded-md text-soft hover:text-ink"
        >
          <X className="size-4" aria-hidden="true" />
        </button>
      </div>
    </div>
  );
}
