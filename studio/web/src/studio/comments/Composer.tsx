/** Where a comment is written. What is not sent is kept, whatever is selected meanwhile. */

import { useState } from "react";
import { commentStrings as words } from "../../strings/en/comments";
import { uiStrings } from "../../strings/en/studio";
import { Button } from "../ui/Button";
import { TextArea } from "../ui/Field";
import { giveFocusBack } from "../ui/focusing";
import { useCommentsUi } from "./commentsUi";

const MOST_CHARACTERS = 4_000;

interface ComposerProps {
  /** Under which name what is written is kept. */
  place: string;
  label: string;
  button: string;
  /** Resolves to whether it was taken. */
  onSend: (text: string) => Promise<boolean>;
  onCancel?: () => void;
  /** The one that opens with the list. */
  isMain?: boolean;
}

export function Composer({ place, label, button, onSend, onCancel, isMain = false }: ComposerProps) {
  const text = useCommentsUi((ui) => ui.drafts[place] ?? "");
  const [isSending, setSending] = useState(false);
  const { draft } = useCommentsUi.getState();
  const send = (): void => {
    if (text.trim() === "" || isSending) return;
    setSending(true);
    void onSend(text.trim()).then((isTaken) => {
      setSending(false);
      if (!isTaken) return;
      if (useCommentsUi.getState().drafts[place] === text) draft(place, "");
      onCancel?.();
    });
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextArea
        aria-label={label}
        placeholder={words.placeholder}
        value={text}
        maxLength={MOST_CHARACTERS}
        autoFocus={!isMain}
        data-composer={isMain ? "" : undefined}
        data-testid={isMain ? "comment-text" : "answer-text"}
        onChange={(next) => draft(place, next)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            send();
          }
          if (event.key === "Escape") {
            event.currentTarget.blur();
            if (onCancel !== undefined) onCancel();
            giveFocusBack(null);
          }
        }}
      />
      {(text !== "" || !isMain) && (
        <div className="flex justify-end gap-2">
          {onCancel !== undefined && <Button onClick={onCancel}>{uiStrings.cancel}</Button>}
          <Button weight="accent" type="submit" disabled={text.trim() === "" || isSending} title={`${button} (Ctrl+Enter)`} data-testid={isMain ? "comment-send" : "answer-send"}>
            {button}
          </Button>
        </div>
      )}
    </form>
  );
}
