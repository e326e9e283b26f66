/** Goes round the themes: as the system, light, dark. The choice is kept. */

import { Contrast, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { strings } from "../strings";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const ICONS = { system: Contrast, light: Sun, dark: Moon };
/** `public/theme.js` reads the same key before the first paint. */
const THEME_KEY = "vivavoce.theme";

function apply(theme: Theme): void {
  localStorage.setItem(THEME_KEY, theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(() => {
    const kept = localStorage.getItem(THEME_KEY);
    return THEMES.find((name) => name === kept) ?? "system";
  });
  const Icon = ICONS[theme];
  const next = (): void => {
    const following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
    apply(following);
    setTheme(following);
  };
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
