/** The quiet frame around signing in and being welcomed. */

import type { ReactNode } from "react";
import { Glyph } from "../../components/Glyph";
import { ThemeToggle } from "../../components/ThemeToggle";
import { shellStrings } from "../../strings/en/studio";

export function DoorFrame({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <title>{`${title} · ${shellStrings.product} ${shellStrings.studio}`}</title>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface px-3">
        <Glyph className="size-6" />
        <span className="text-sm font-semibold">{`${shellStrings.product} ${shellStrings.studio}`}</span>
        <ThemeToggle />
      </header>
      <main className="grid flex-1 place-items-center p-4">
        <div className="flex w-96 max-w-full flex-col gap-4 rounded-lg border bg-surface p-6">
          <div>
            <h1 className="text-lg font-semibold">{title}</h1>
            <p className="text-sm text-soft">{hint}</p>
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
