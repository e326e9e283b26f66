/** A file's text: fetched, edited, saved by itself. What is not valid is told and never saved. */

import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { editorStrings } from "../../strings/en/canvas";
import { wordsOf } from "../api/http";
import type { Flow } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { SkeletonRows } from "../ui/Bits";
import { TextEditor } from "./TextEditor";
import type { Saving } from "./yamlSaving";

interface FileTextProps {
  /** Whose steps the lines belong to; null where the file is looked at as a whole. */
  flow: Flow | null;
  path: string;
  /** Where the cursor is put when it opens. */
  line?: number;
  saving: Saving;
  onSaving: (saving: Saving) => void;
}

export function FileText({ flow, path, line, saving, onSaving }: FileTextProps) {
  const { api, project } = useProject();
  const isDefault = flow?.is_default === true;
  const { data: file, dataUpdatedAt, error } = useQuery({
    queryKey: ["project", project, "file", path, isDefault],
    queryFn: () => (isDefault ? { path, text: flow.text ?? "", etag: "" } : api.file(path)),
    placeholderData: (before) => (before?.path === path ? before : undefined),
  });
  return (
    <>
      {saving.kind === "invalid" && (
        <p role="alert" className="flex gap-2 border-b bg-danger-wash px-4 py-2 text-xs text-danger" data-testid="yaml-invalid">
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          <span className="min-w-0 break-words">{`${editorStrings.invalid}. ${saving.message}`}</span>
        </p>
      )}
      {file === undefined && error !== null && <p role="alert" className="p-4 text-sm text-danger">{wordsOf(error)}</p>}
      {file === undefined ? error === null && <SkeletonRows /> : <TextEditor key={file.path} flow={flow} file={file} path={file.path} line={line} readAt={dataUpdatedAt} saving={saving} onSaving={onSaving} />}
    </>
  );
}

/** `isMuted`: nothing is said of a text that is saved, since something worse is told of it. */
export function SavingWords({ saving, isMuted = false }: { saving: Saving; isMuted?: boolean }) {
  return (
    <span role="status" className="ml-auto shrink-0 text-xs text-soft" data-testid="yaml-state" data-state={saving.kind}>
      {saving.kind === "typing" ? editorStrings.typing : saving.kind === "invalid" || isMuted ? "" : editorStrings.saved}
    </span>
  );
}
