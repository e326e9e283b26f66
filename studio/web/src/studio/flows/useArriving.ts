/** Where the keyboard is when a flow's page opens: on its canvas, if what it was on is gone. */

import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

const CANVAS = "[data-testid=canvas]";

export function useArriving(): void {
  // A page that was opened by its address begins at its top, where the link past the navigation is.
  const isFirstPage = useLocation({ select: ({ state }) => (state.__TSR_index ?? 0) === 0 });
  useEffect(() => {
    const at = document.activeElement;
    if (isFirstPage || (at !== null && at !== document.body)) return;
    const places = [`${CANVAS} [data-testid=first-step]`, `${CANVAS} .react-flow`];
    const found = places.map((place) => document.querySelector<HTMLElement>(place)).find((place) => place !== null);
    found?.focus({ preventScroll: true });
    // Once, when the flow is there.
  }, []);
}
