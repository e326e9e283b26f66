/** Brings in an assistant's folder of the machine that the server runs on; the folder itself stays as it is. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { projectsStrings as words } from "../../strings/en/projects";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextInput } from "../ui/Field";
import { ImportedDialog } from "./ImportedDialog";
import { projectsApi } from "./projectsApi";

export function ImportFolderDialog({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [folder, setFolder] = useState("");
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => projectsApi.importFolder(folder.trim()),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["projects"] }),
  });
  if (data !== undefined) return <ImportedDialog imported={data} onDone={onDone} />;
  const bring = (event: FormEvent): void => {
    event.preventDefault();
    if (folder.trim() !== "") mutate();
  };
  return (
    <Dialog title={words.importFolder} isOpen onClose={onDone} testId="import-folder-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={bring}>
        <Field label={words.folder} help={words.folderHint} error={error === null ? null : wordsOf(error)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus required maxLength={4000} value={folder} onChange={setFolder} data-testid="folder" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending || folder.trim() === ""} data-testid="import-folder-now">
            {words.import}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
