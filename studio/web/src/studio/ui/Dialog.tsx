/** A modal dialog: the browser's own, which keeps the focus inside and gives it back. */

import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { uiStrings } from "../../strings/en/studio";
import { IconButton } from "./Button";
import { focusOrigin, giveFocusBack } from "./focusing";
import { showToastsWithin } from "./toasts";

const WIDTHS = { small: "w-112", medium: "w-160", large: "w-280" };

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  width?: keyof typeof WIDTHS;
  /** Said by the content itself: no header is drawn, the title is for readers of the screen. */
  isBare?: boolean;
  /** It asks for a decision, by the buttons of its footer: there is no way around it. */
  isQuestion?: boolean;
  testId?: string;
}

export function Dialog(props: DialogProps) {
  return props.isOpen ? <Modal {...props} /> : null;
}

function Modal({ title, onClose, children, footer, width = "small", isBare = false, isQuestion = false, testId }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const [origin] = useState(focusOrigin);
  const id = useId();
  // Before anything is painted, so that no key goes elsewhere; and closed before it is taken out of the page, since
  // only a dialog that is closed gives the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    dialog.showModal();
    const stop = showToastsWithin(dialog);
    // Not the button that closes it, which comes first.
    dialog.querySelector<HTMLElement>("input, textarea, select")?.focus();
    return () => {
      stop();
      dialog.close();
      giveFocusBack(origin);
    };
  }, [origin]);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // A browser lets Escape be refused once, and closes the dialog the second time: whether it closes is said above.
        const dialog = element.current;
        if (dialog === null || dialog.open) return;
        onClose();
        if (dialog.isConnected) dialog.showModal();
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose();
      }}
      className={`m-auto max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] ${WIDTHS[width]} rounded-lg border bg-surface text-ink shadow-lg backdrop:bg-ink/40 dark-backdrop`}
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        {isBare ? (
          <h2 id={id} className="sr-only">
            {title}
          </h2>
        ) : (
          <header className="flex min-h-12 items-center justify-between gap-4 border-b py-2 pr-2 pl-4">
            <h2 id={id} className="text-sm font-semibold">
              {title}
            </h2>
            {!isQuestion && <IconButton icon={X} label={uiStrings.close} onClick={onClose} />}
          </header>
        )}
        <div className="scroller min-h-0 flex-1">{children}</div>
        {footer !== undefined && <footer className="flex justify-end gap-2 border-t px-4 py-3">{footer}</footer>}
      </div>
    </dialog>
  );
}
