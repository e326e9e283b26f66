/** Shortcuts that hold on every page of a project. None of the plain ones while somebody types. */

import { useEffect } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { shellStrings } from "../../strings/en/studio";
import { useProject } from "../document/DocumentProvider";
import type { DocumentState } from "../document/documentStore";
import { settled } from "../document/settled";
import { afterConditions } from "../inspector/conditionsUnderWay";
import { toast } from "../ui/toasts";
import { isTyping, useShell } from "./shellStore";
import { shortcutOf } from "./shortcuts";

export function useGlobalKeys(): void {
  const { store } = useProject();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const shell = useShell.getState();
      const id = shortcutOf(event);
      const { sendAgain } = store.getState();
      if (id === "search") {
        event.preventDefault();
        shell.setSearchOpen(!shell.isSearchOpen);
        return;
      }
      if (id === "try") {
        event.preventDefault();
        shell.setTryOpen(!shell.isTryOpen);
        return;
      }
      if (id === "save") {
        event.preventDefault();
        // A field that is being typed in gives its text on when it loses the focus.
        if (document.activeElement instanceof HTMLElement && isTyping(event.target)) document.activeElement.blur();
        sendAgain();
        void settled(store).then(tellSaved);
        return;
      }
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      if (id === "help") shell.setShortcutsOpen(true);
      else if (id === "undo") {
        afterConditions(() => {
          const { undo, history } = store.getState();
          shell.announce(canvasStrings.announce.undone(history.past.at(-1)?.label ?? ""));
          void undo();
        });
      } else if (id === "redo") {
        afterConditions(() => {
          const { redo, history } = store.getState();
          shell.announce(canvasStrings.announce.redone(history.future.at(-1)?.label ?? ""));
          void redo();
        });
      } else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [store]);
}

const words = shellStrings.save;

/** What is so, and never more: saved, or how much waits and for what. */
function tellSaved({ save, queue, trouble }: DocumentState): void {
  if (save === "saved") toast.success(words.saved);
  else if (save === "conflict") toast.info(words.conflictHint);
  else if (save === "unsaved") toast.info(`${words.unsaved(queue.length)}. ${trouble ?? ""}`);
  else toast.info(`${words.offline(queue.length)}. ${words.offlineHint}`);
}
