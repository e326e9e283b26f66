/** Says aloud, to those who use a screen reader, what changed on the canvas. */

import { useShell } from "./shellStore";

export function Announcer() {
  const words = useShell((shell) => shell.announcement);
  return (
    <div aria-live="polite" className="sr-only" data-testid="announcer">
      {words}
    </div>
  );
}
