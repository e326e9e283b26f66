/** Product, assistant and theme. */

import type { AssistantInfo } from "../call/server";
import { assistantName } from "../core/names";
import { strings } from "../strings";
import { Glyph } from "./Glyph";
import { ThemeToggle } from "./ThemeToggle";

export function Header({ assistant }: { assistant: AssistantInfo | null }) {
  const name = assistant === null ? null : assistantName(assistant);
  return (
    <header className="flex h-14 short:h-12 shrink-0 items-center gap-3 border-b bg-surface px-4 lg:px-6">
      <title>{name === null ? strings.product : `${name} · ${strings.product}`}</title>
      <Glyph className="size-6 shrink-0" />
      <span className="text-sm font-semibold">{strings.product}</span>
      <span className="h-4 border-l" aria-hidden="true" />
      {name === null ? (
        <span className="skeleton h-4 w-32" aria-label={strings.loading} role="status" />
      ) : (
        <h1 className="truncate text-sm text-soft" data-testid="assistant-name">
          {name}
        </h1>
      )}
      <ThemeToggle />
    </header>
  );
}
