/** Light, dark, or as the system: the same choice as the button of the top bar. */

import { chooseTheme, THEMES, useTheme } from "../../components/theme";
import { settingsStrings as words } from "../../strings/en/settings";

export function ThemeChoice() {
  const theme = useTheme();
  return (
    <div role="radiogroup" aria-label={words.theme} className="flex flex-wrap gap-4">
      {THEMES.map((each) => (
        <label key={each} className="flex items-center gap-2 text-sm">
          <input type="radio" name="theme" className="accent-accent" checked={theme === each} onChange={() => chooseTheme(each)} data-testid={`theme-${each}`} />
          {words.themes[each]}
        </label>
      ))}
    </div>
  );
}
