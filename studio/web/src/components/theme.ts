/** The look that somebody chose, kept in the browser: one choice, however many buttons show it. */

import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
/** `public/theme.js` reads the same key before the first paint. */
const KEY = "vivavoce.theme";

const listeners = new Set<() => void>();

/** What was chosen where nothing can be kept: it lives as long as the page. */
let unkept: Theme = "system";

function chosen(): Theme {
  try {
    const kept = localStorage.getItem(KEY) ?? unkept;
    return THEMES.find((name) => name === kept) ?? "system";
  } catch {
    return unkept;
  }
}

function show(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  unkept = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is full or switched off.
  }
  show(theme);
  for (const listener of listeners) listener();
}

/** Hears choices of this page and of other tabs. */
function subscribe(listener: () => void): () => void {
  const elsewhere = ({ key }: StorageEvent): void => {
    if (key !== KEY && key !== null) return;
    show(chosen());
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", elsewhere);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", elsewhere);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosen);
}
