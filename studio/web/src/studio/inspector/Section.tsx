/** A part of a form: a heading, and content that can be folded away where it is seldom needed. */

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

interface SectionProps {
  title: string;
  /** A line under the title. */
  hint?: string;
  children: ReactNode;
  aside?: ReactNode;
}

export function Section({ title, hint, children, aside }: SectionProps) {
  return (
    <section className="flex flex-col gap-3 border-t p-4 [&>button]:self-start">
      <div>
        <div className="flex min-h-6 items-center justify-between gap-2">
          <h3 className="min-w-0 truncate text-xs font-semibold text-soft" title={title}>
            {title}
          </h3>
          {aside}
        </div>
        {hint !== undefined && <p className="text-xs text-soft">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

export function Folded({ title, isOpen = false, children }: { title: string; isOpen?: boolean; children: ReactNode }) {
  // Once there was something in it, it stays open: it does not close under the hand that empties it.
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return (
    <details open={wasOpen} className="group border-t">
      <summary className="flex h-10 items-center gap-1 px-4 text-xs font-semibold text-soft hover:text-ink">
        <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden="true" />
        {title}
      </summary>
      <div className="flex flex-col gap-3 px-4 pb-4 [&>button]:self-start">{children}</div>
    </details>
  );
}
