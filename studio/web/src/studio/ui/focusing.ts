/** Where the keyboard was before something opened over the page, and how it comes back there. */

/** What has the focus now; for an entry of a menu, which is gone soon, the button that opened the menu. */
export function focusOrigin(): HTMLElement | null {
  const at = document.activeElement;
  const opener = at?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const found = opener === undefined || opener === null ? at : document.getElementById(opener);
  return found instanceof HTMLElement && found !== document.body ? found : null;
}

/** Focus what had it before, or the canvas where that is gone; nothing where something else has taken the focus. */
export function giveFocusBack(origin: HTMLElement | null): void {
  const at = document.activeElement;
  if (at !== null && at !== document.body && isShown(at)) return;
  const back = origin !== null && isShown(origin) ? origin : document.querySelector<HTMLElement>("[data-testid=canvas] .react-flow");
  back?.focus({ preventScroll: true });
}

/** What stood in a dialog keeps the focus for a moment after it was closed. */
function isShown(element: Element): boolean {
  return element.isConnected && element.getClientRects().length > 0;
}
