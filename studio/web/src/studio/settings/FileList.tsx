/** The files that the assistant is made of. */

import { settingsStrings as words } from "../../strings/en/settings";
import { useDoc } from "../document/DocumentProvider";

export function FileList() {
  const files = useDoc((state) => state.outline?.files) ?? [];
  return (
    <ul className="columns-1 gap-8 text-sm md:columns-2">
      {files.map((file) => (
        <li key={file.path} className="flex min-h-6 gap-2">
          <span className="min-w-0 flex-1 truncate" title={file.path}>
            {file.path}
          </span>
          <span className="shrink-0 text-xs text-soft tabular-nums">{file.is_editable ? words.size(file.size) : `${words.binary}, ${words.size(file.size)}`}</span>
        </li>
      ))}
    </ul>
  );
}
