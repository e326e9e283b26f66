/** Asks before an entry is deleted, and says who uses it. */

import { contentStrings } from "../../strings/en/content";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { Entry, EntrySection } from "./entries";
import { useContentEdits } from "./useContent";

interface DeleteEntryDialogProps {
  section: EntrySection;
  entry: Entry;
  onDone: () => void;
  onDeleted: () => void;
}

export function DeleteEntryDialog({ section, entry, onDone, onDeleted }: DeleteEntryDialogProps) {
  const edits = useContentEdits(section);
  const used = [...(entry.used_by ?? []), ...(entry.used_in ?? []).map(({ name }) => name)];
  const run = (): void => {
    onDone();
    void edits.remove(entry).then((edited) => {
      if (edited !== null) onDeleted();
    });
  };
  return (
    <Dialog
      title={contentStrings.deleteTitle(entry.name)}
      isOpen
      onClose={onDone}
      testId="delete-dialog"
      footer={
        <>
          <Button onClick={onDone}>{contentStrings.cancel}</Button>
          <Button weight="danger" onClick={run} data-testid="confirm-delete">
            {contentStrings.delete}
          </Button>
        </>
      }
    >
      <p className="p-4 text-sm text-soft">{used.length > 0 ? contentStrings.deleteUsed(used.join(", ")) : contentStrings.deleteUnused}</p>
    </Dialog>
  );
}
