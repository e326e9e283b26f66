/** The sheet of all shortcuts, on `?`. */

import { shortcutStrings } from "../../strings/en/canvas";
import { shellStrings } from "../../strings/en/studio";
import { Keys } from "../ui/Bits";
import { Dialog } from "../ui/Dialog";
import { SHORTCUTS } from "./shortcuts";
import { useShell } from "./shellStore";

const PLACES = ["everywhere", "canvas", "mouse"] as const;

export function ShortcutSheet() {
  const { isShortcutsOpen, setShortcutsOpen } = useShell();
  return (
    <Dialog
      title={shellStrings.keyboard}
      isOpen={isShortcutsOpen}
      onClose={() => setShortcutsOpen(false)}
      width="medium"
      testId="shortcut-sheet"
    >
      <div className="grid gap-6 p-4 sm:grid-cols-2">
        {PLACES.map((place) => (
          <section key={place} className={place === "canvas" ? "sm:row-span-2" : ""}>
            <h3 className="mb-2 text-xs font-semibold text-soft">{shortcutStrings.places[place]}</h3>
            <dl className="flex flex-col gap-1">
              {SHORTCUTS.filter((shortcut) => shortcut.place === place).map((shortcut) => (
                <div key={shortcut.id} className="flex min-h-6 items-center justify-between gap-3">
                  <dt className="text-sm">{shortcutStrings.actions[shortcut.id]}</dt>
                  <dd className="flex flex-wrap justify-end gap-2">
                    {shortcut.keys.map((keys) => (
                      <Keys key={keys} keys={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
