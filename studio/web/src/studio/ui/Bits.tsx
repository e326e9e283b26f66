/** Small parts that every page of the studio uses: badges, empty places, skeletons, keys. */

import { CircleAlert, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { uiStrings } from "../../strings/en/studio";

const TONES = {
  plain: "bg-sunken text-soft",
  accent: "bg-accent-wash text-accent-strong",
  danger: "bg-danger-wash text-danger",
  warning: "bg-sunken text-warning",
};

export function Badge({ tone = "plain", icon: Icon, children }: { tone?: keyof typeof TONES; icon?: LucideIcon; children: ReactNode }) {
  return (
    <span className={`inline-flex h-5 shrink-0 items-center gap-1 rounded-sm px-2 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      {Icon !== undefined && <Icon className="size-3" aria-hidden="true" />}
      {children}
    </span>
  );
}

/** How many errors and warnings there are: colour, icon and words. */
export function Problems({ errors, warnings }: { errors: number; warnings: number }) {
  return (
    <>
      {errors > 0 && (
        <Badge tone="danger" icon={CircleAlert}>
          {uiStrings.errors(errors)}
        </Badge>
      )}
      {warnings > 0 && (
        <Badge tone="warning" icon={TriangleAlert}>
          {uiStrings.warnings(warnings)}
        </Badge>
      )}
    </>
  );
}

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  hint: string;
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, hint, children }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-112 flex-col items-center gap-3 px-4 py-16 text-center" data-testid="empty">
      <span className="grid size-12 place-items-center rounded-lg bg-accent-wash text-accent-strong">
        <Icon className="size-6" aria-hidden="true" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="text-sm text-soft">{hint}</p>
      {children !== undefined && <div className="mt-1 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

/** A part of a page, with a title of its own. */
export function Card({ title, hint, children, testId }: { title: string; hint?: string; children: ReactNode; testId?: string }) {
  return (
    <section className="flex min-w-0 flex-col gap-3 rounded-lg border bg-surface p-4" data-testid={testId}>
      <div>
        <h2 className="text-sm font-semibold">{title}</h2>
        {hint !== undefined && <p className="text-xs text-soft">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

/** Grey rows where a list will be. */
export function SkeletonRows({ count = 6 }: { count?: number }) {
  return (
    <div role="status" aria-label={uiStrings.loading} className="flex flex-col gap-3 p-4" data-testid="skeleton">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="skeleton h-8" />
      ))}
    </div>
  );
}

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1">
      {keys.split("+").map((key) => (
        <kbd key={key} className="rounded-sm border bg-sunken px-1 font-sans text-xs text-soft">
          {key}
        </kbd>
      ))}
    </span>
  );
}

/** The frame of a page beside the navigation: a heading, what can be done, and the content. */
export function Page({ title, hint, actions, children }: { title: string; hint?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="scroller h-full min-w-0">
      <div className="mx-auto flex max-w-300 flex-col gap-4 p-4 lg:p-6">
        <header className="flex flex-wrap items-center justify-between gap-3">
          <div className="min-w-0">
            <h1 className="text-lg font-semibold">{title}</h1>
            {hint !== undefined && <p className="text-sm text-soft">{hint}</p>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
