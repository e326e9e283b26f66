/** Light, dark, or as the system: the same choice as the button of the top bar. */

import { useState } from "react";
import { settingsStrings as words } from "../../strings/en/settings";

const THEMES = ["system", "light", "dark"] as const;
/** `public/theme.js` and the button of the top bar read the same key. */
const KEY = "vivavoce.theme";

export function ThemeChoice() {
  const [theme, setTheme] = useState(() => THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system");
  const choose = (next: (typeof THEMES)[number]): void => {
    localStorage.setItem(KEY, next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    setTheme(next);
  };
  return (
    <div role="radiogroup" aria-label={words.theme} className="flex flex-wrap gap-4">
      {THEMES.map((each) => (
        <label key={each} className="flex items-center gap-2 text-sm">
          <input type="radio" name="theme" className="accent-accent" checked={theme === each} onChange={() => choose(each)} data-testid={`theme-${each}`} />
          {words.themes[each]}
        </label>
      ))}
    </div>
  );
}
