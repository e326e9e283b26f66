/** A part of a form: a heading, and content that can be folded away where it is seldom needed. */

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section className="flex flex-col gap-3 border-t p-4">
      <div className="flex min-h-6 items-center justify-between gap-2">
        <h3 className="text-xs font-semibold text-soft">{title}</h3>
        {aside}
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
      <div className="flex flex-col gap-3 px-4 pb-4">{children}</div>
    </details>
  );
}
