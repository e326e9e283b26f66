/** What somebody chose, kept in the browser where it keeps anything: with storage switched off, even asking throws. */

export function keptChoice(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keepChoice(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is full or switched off: the choice lives as long as the page.
  }
}
