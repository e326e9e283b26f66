/** Asks for the name of a new entry. */

import { type FormEvent, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextInput } from "../ui/Field";
import { type EntrySection, nameFault } from "./entries";
import { faultWords } from "./faults";
import { newEntry } from "./newEntries";
import { useContentEdits } from "./useContent";

const BEGINNING: Readonly<Record<EntrySection, string>> = { responses: "utter_", slots: "", intents: "", entities: "", actions: "action_" };

interface NewEntryDialogProps {
  section: EntrySection;
  taken: readonly string[];
  onDone: () => void;
  onMade: (name: string) => void;
}

export function NewEntryDialog({ section, taken, onDone, onMade }: NewEntryDialogProps) {
  const [name, setName] = useState(BEGINNING[section]);
  const [isTried, setTried] = useState(false);
  const edits = useContentEdits(section);
  const isBare = name === BEGINNING[section];
  const fault = isBare ? "missing" : nameFault(name, section, taken);
  const title = contentStrings.create(contentStrings.one[section]);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (fault !== null) return;
    onDone();
    void edits.create(name, newEntry(section, name)).then((edited) => {
      if (edited !== null) onMade(name);
    });
  };
  return (
    <Dialog title={title} isOpen onClose={onDone} testId="new-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field
          label={contentStrings.name}
          help={section === "responses" ? contentStrings.nameHelp.responses : contentStrings.nameHelp.other}
          error={isTried || !isBare ? faultWords(fault) : null}
        >
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus value={name} onChange={setName} data-testid="new-name" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{contentStrings.cancel}</Button>
          <Button weight="accent" type="submit" data-testid="new-save">
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
