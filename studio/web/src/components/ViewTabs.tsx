/** On small screens the two halves of the page take turns. */

import { strings } from "../strings";

export type View = "conversation" | "details";

export function ViewTabs({ view, onChange }: { view: View; onChange(view: View): void }) {
  return (
    <nav
      aria-label={strings.views.label}
      className="flex shrink-0 gap-1 border-b bg-surface px-4 py-2 short:py-1 lg:hidden"
    >
      {(["conversation", "details"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={view === name}
          onClick={() => onChange(name)}
          className="h-10 flex-1 rounded-md text-sm font-medium text-soft aria-pressed:bg-sunken aria-pressed:text-ink"
        >
          {strings.views[name]}
        </button>
      ))}
    </nav>
  );
}
