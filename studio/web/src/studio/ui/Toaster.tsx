/** Shows the toasts, and reads them to those who do not see them: in the open dialog, or else at the foot of the page.
 *
 * In the middle: at the right is the try-it panel with its field and its buttons.
 */

import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { createPortal } from "react-dom";
import { uiStrings } from "../../strings/en/studio";
import { Button, IconButton } from "./Button";
import { useToasts } from "./toasts";

const ICONS = { info: Info, success: CircleCheck, error: CircleAlert };
const COLOURS = { info: "text-soft", success: "text-accent", error: "text-danger" };

export function Toaster() {
  const { shown, dismiss, dialogs } = useToasts();
  const dialog = dialogs.at(-1);
  const list = (
    <div
      role="region"
      aria-label={uiStrings.messages}
      className="pointer-events-none fixed bottom-4 left-1/2 z-50 flex w-96 max-w-[calc(100vw-2rem)] -translate-x-1/2 flex-col gap-2"
    >
      {shown.map((each) => {
        const Icon = ICONS[each.kind];
        return (
          <div
            key={each.id}
            role={each.kind === "error" ? "alert" : "status"}
            data-testid={`toast-${each.kind}`}
            className="pointer-events-auto flex items-start gap-2 rounded-md border bg-surface py-2 pr-1 pl-3 shadow-lg"
          >
            <Icon className={`mt-1 size-4 shrink-0 ${COLOURS[each.kind]}`} aria-hidden="true" />
            <p className="min-w-0 flex-1 py-1 text-sm break-words">{each.text}</p>
            {each.action !== undefined && (
              <Button
                weight="ghost"
                onClick={() => {
                  each.action?.run();
                  dismiss(each.id);
                }}
              >
                {each.action.label}
              </Button>
            )}
            <IconButton icon={X} label={uiStrings.dismiss} onClick={() => dismiss(each.id)} />
          </div>
        );
      })}
    </div>
  );
  return dialog === undefined ? list : createPortal(list, dialog);
}
