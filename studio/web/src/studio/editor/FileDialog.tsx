/** Any text file of the project above the page: where a file that cannot be read is mended. */

import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import { editorStrings, problemStrings } from "../../strings/en/canvas";
import { useUnreadable } from "../problems/UnreadableNote";
import { Dialog } from "../ui/Dialog";
import { FileText, SavingWords } from "./FileText";
import { useOpenedFile } from "./openedFile";
import type { Saving } from "./yamlSaving";

export default function FileDialog({ path, line }: { path: string; line: number }) {
  const [saving, setSaving] = useState<Saving>({ kind: "saved" });
  const unreadable = useUnreadable(path);
  const [wasUnreadable] = useState(unreadable !== null);
  return (
    <Dialog title={path} isOpen onClose={() => useOpenedFile.getState().close()} width="large" testId="file-dialog">
      <div className="flex h-144 max-h-[calc(100dvh-8rem)] flex-col">
        <div className="flex shrink-0 items-center gap-2 border-b px-4 py-2 text-sm">
          {unreadable !== null && (
            <p className="flex min-w-0 items-center gap-2 text-danger" data-testid="file-unreadable">
              <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
              <span className="min-w-0 break-words">{problemStrings.unreadable(path, unreadable.line, unreadable.reason)}</span>
            </p>
          )}
          {unreadable === null && wasUnreadable && (
            <p role="status" className="flex min-w-0 items-center gap-2" data-testid="file-mended">
              <CircleCheck className="size-4 shrink-0 text-accent" aria-hidden="true" />
              {editorStrings.mended}
            </p>
          )}
          <SavingWords saving={saving} isMuted={unreadable !== null} />
        </div>
        <FileText flow={null} path={path} line={line} saving={saving} onSaving={setSaving} />
      </div>
    </Dialog>
  );
}
