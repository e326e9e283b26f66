/** Asks for a new name; every place that names the entry follows. */

import { type FormEvent, useState } from "react";
import { contentStrings } from "../../strings/en/content";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextInput } from "../ui/Field";
import { type Entry, type EntrySection, nameFault } from "./entries";
import { faultWords } from "./faults";
import { useContentEdits } from "./useContent";

interface RenameEntryDialogProps {
  section: EntrySection;
  entry: Entry;
  taken: readonly string[];
  onDone: () => void;
  onRenamed: (name: string) => void;
}

export function RenameEntryDialog({ section, entry, taken, onDone, onRenamed }: RenameEntryDialogProps) {
  const { name } = entry;
  const [to, setTo] = useState(name);
  const edits = useContentEdits(section);
  const fault = to === name ? null : nameFault(to, section, taken);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fault !== null || to === name) return;
    onDone();
    void edits.rename(entry, to).then((edited) => {
      if (edited !== null) onRenamed(to);
    });
  };
  return (
    <Dialog title={contentStrings.renameTitle(name)} isOpen onClose={onDone} testId="rename-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field label={contentStrings.name} help={contentStrings.renameHelp} error={faultWords(fault)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus value={to} onChange={setTo} aria-invalid={fault !== null} data-testid="rename-name" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{contentStrings.cancel}</Button>
          <Button weight="accent" type="submit" disabled={fault !== null || to === name} data-testid="rename-save">
            {contentStrings.renameSave}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
