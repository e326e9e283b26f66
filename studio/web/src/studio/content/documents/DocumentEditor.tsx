/** The text of one document: saved when asked, or when the field is left; unsaved work is told. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Save, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { contentStrings, documentStrings as words } from "../../../strings/en/content";
import { wordsOf } from "../../api/http";
import type { TextFile } from "../../api/types";
import { useProject } from "../../document/DocumentProvider";
import { Badge, SkeletonRows } from "../../ui/Bits";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { INPUT } from "../../ui/Field";
import { toast } from "../../ui/toasts";
import type { DocumentEntry } from "../entries";

export function DocumentEditor({ document, onGone }: { document: DocumentEntry; onGone: () => void }) {
  const { api, project, store } = useProject();
  const [typed, setTyped] = useState<string | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const queries = useQueryClient();
  const { path } = document;
  const queryKey = ["project", project, "file", path];
  const { data, error } = useQuery({ queryKey, queryFn: () => api.file(path), enabled: document.is_editable });
  useEffect(() => {
    // What is typed was based on what was there when the typing began; a later change of others is then merged.
    if (data !== undefined && typed === null) store.getState().seeFile(path, data.etag);
  }, [data, typed, path, store]);
  const isDirty = typed !== null && typed !== data?.text;
  const save = (): void => {
    if (typed === null || !isDirty) return;
    let isRefused = false;
    const onRefused = (problem: unknown): void => {
      isRefused = true;
      toast.error(wordsOf(problem));
    };
    void store
      .getState()
      .edit(contentStrings.labels.edit(document.name), [{ op: "write_file", path, text: typed }], { onRefused })
      .then((edited) => {
        if (edited === null && isRefused) return;
        if (edited === null) {
          // Merged with what others wrote, given up, or undone: what was typed is not what is to be saved any more.
          setTyped((now) => (now === typed ? null : now));
          void queries.invalidateQueries({ queryKey });
          return;
        }
        // What was saved is what is there: letters typed before it is read again go behind it.
        const etag = edited.files[path];
        if (etag !== undefined) queries.setQueryData<TextFile>(queryKey, (before) => (before === undefined ? before : { ...before, text: typed, etag }));
        setTyped((now) => (now === typed ? null : now));
      });
  };
  const remove = (): void => {
    setDeleting(false);
    void store
      .getState()
      .edit(contentStrings.labels.delete(document.name), [{ op: "delete_file", path }])
      .then((edited) => edited !== null && onGone());
  };
  return (
    <article className="flex h-full flex-col gap-3 p-4 lg:p-6">
      <header className="flex flex-wrap items-center gap-2">
        <IconButton icon={ArrowLeft} label={contentStrings.back} className="lg:hidden" onClick={onGone} />
        <h2 className="min-w-0 flex-1 text-base font-semibold break-words">{document.name}</h2>
        {isDirty && <Badge tone="warning">{words.unsaved}</Badge>}
        {document.is_editable && (
          <Button icon={Save} weight="accent" disabled={!isDirty} onClick={save} data-testid="save-document">
            {words.save}
          </Button>
        )}
        <IconButton icon={Trash2} label={contentStrings.delete} onClick={() => setDeleting(true)} data-testid="delete-entry" />
      </header>
      {!document.is_editable && <p className="text-sm text-soft">{words.notText}</p>}
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {document.is_editable && data === undefined && error === null && <SkeletonRows />}
      {data !== undefined && (
        <textarea
          aria-label={words.text}
          value={typed ?? data.text}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={save}
          className={`min-h-96 flex-1 resize-none p-3 leading-6 ${INPUT}`}
          data-testid="document-text"
        />
      )}
      <Dialog
        title={contentStrings.deleteTitle(document.name)}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        testId="delete-dialog"
        footer={
          <>
            <Button onClick={() => setDeleting(false)}>{contentStrings.cancel}</Button>
            <Button weight="danger" onClick={remove} data-testid="confirm-delete">
              {contentStrings.delete}
            </Button>
          </>
        }
      >
        <p className="p-4 text-sm text-soft">{contentStrings.deleteUnused}</p>
      </Dialog>
    </article>
  );
}
