/** Asks for the file name of a new document. */

import { type FormEvent, useState } from "react";
import { contentStrings, documentStrings as words } from "../../../strings/en/content";
import { NO_FILE } from "../../document/documentState";
import { useProject } from "../../document/DocumentProvider";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field, TextInput } from "../../ui/Field";
import { FOLDER, isDocumentName } from "./names";

export function NewDocumentDialog({ taken, onDone, onMade }: { taken: readonly string[]; onDone: () => void; onMade: (name: string) => void }) {
  const { store } = useProject();
  const [typed, setTyped] = useState("");
  const name = typed.trim() === "" || /\.\w+$/.test(typed.trim()) ? typed.trim() : `${typed.trim()}.md`;
  const fault = name === "" ? null : taken.includes(name) ? contentStrings.nameTaken : isDocumentName(name) ? null : words.nameWrong;
  const title = contentStrings.create(contentStrings.one.documents);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name === "" || fault !== null) return;
    onDone();
    void store
      .getState()
      .edit(contentStrings.labels.create(name), [{ op: "write_file", path: FOLDER + name, text: words.newText }], { base: { files: { [FOLDER + name]: NO_FILE } } })
      .then((edited) => {
        if (edited !== null) onMade(name);
      });
  };
  return (
    <Dialog title={title} isOpen onClose={onDone} testId="new-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field label={words.name} help={words.nameHelp} error={fault}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus value={typed} onChange={setTyped} data-testid="new-name" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{contentStrings.cancel}</Button>
          <Button weight="accent" type="submit" disabled={name === "" || fault !== null} data-testid="new-save">
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
