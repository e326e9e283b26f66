/** Findings as the page tells them. The server tells them in one line of small letters, as the terminal wants it. */

/** A capital at the beginning, unless the text begins with a name: `endpoints.yml`, `utter_hello`, `'amount'`. */
export function sentence(text: string): string {
  return /^[a-z]+[ ,:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
