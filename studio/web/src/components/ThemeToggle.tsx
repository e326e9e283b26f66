/** Goes round the themes: as the system, light, dark. The choice is kept. */

import { Contrast, Moon, Sun } from "lucide-react";
import { strings } from "../strings";
import { chooseTheme, THEMES, useTheme } from "./theme";

const ICONS = { system: Contrast, light: Sun, dark: Moon };

export function ThemeToggle() {
  const theme = useTheme();
  const Icon = ICONS[theme];
  const next = (): void => chooseTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system");
  return (
    <button
      type="button"
      onClick={next}
      aria-label={strings.themes[theme]}
      title={strings.themes[theme]}
      data-testid="theme-toggle"
      className="ml-auto grid size-10 shrink-0 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink"
    >
      <Icon className="size-5" aria-hidden="true" />
    </button>
  );
}
