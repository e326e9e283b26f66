/** The files that the assistant is made of. */

import { CircleAlert } from "lucide-react";
import { problemStrings } from "../../strings/en/canvas";
import { settingsStrings as words } from "../../strings/en/settings";
import { useDoc } from "../document/DocumentProvider";
import { useOpenedFile } from "../editor/openedFile";
import { isUnreadable } from "../problems/UnreadableNote";

export function FileList() {
  const open = useOpenedFile((opened) => opened.open);
  const files = useDoc((state) => state.outline?.files) ?? [];
  return (
    <ul className="columns-1 gap-8 text-sm md:columns-2">
      {files.map((file) => (
        <li key={file.path} className="flex min-h-6 gap-2">
          <span className="min-w-0 flex-1 truncate" title={file.path}>
            {file.path}
          </span>
          {isUnreadable(file) && (
            <button type="button" className="flex shrink-0 items-center gap-1 text-xs text-danger underline underline-offset-2" onClick={() => open(file.path, file.unreadable?.line ?? 1)}>
              <CircleAlert className="size-3" aria-hidden="true" />
              {problemStrings.unreadableBadge}
            </button>
          )}
          <span className="shrink-0 text-xs text-soft tabular-nums">{file.is_editable ? words.size(file.size) : `${words.binary}, ${words.size(file.size)}`}</span>
        </li>
      ))}
    </ul>
  );
}
