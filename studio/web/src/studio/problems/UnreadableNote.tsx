/** What is shown as it last was, since its file cannot be read just now: what is wrong, and the way to the line. */

import { CircleAlert, CornerDownRight } from "lucide-react";
import { problemStrings as words } from "../../strings/en/canvas";
import type { Flow, Unreadable } from "../api/types";
import { useFocus } from "../canvas/focusStore";
import { useDoc } from "../document/DocumentProvider";
import { useOpenedFile } from "../editor/openedFile";
import { useShell } from "../shell/shellStore";
import { Button } from "../ui/Button";
import { isUnreadable, type Shown } from "./unreadable";

export { isUnreadable } from "./unreadable";

/** Above a flow. */
export function UnreadableNote({ flow }: { flow: Flow }) {
  const select = useDoc((state) => state.select);
  const { unreadable } = flow;
  if (unreadable === undefined || unreadable === null) return null;
  const go = (): void => {
    select({ flow: flow.id, keys: [], edge: null });
    useShell.getState().setPane("yaml");
    useFocus.getState().ask(flow.id, null, unreadable.line);
  };
  return <Note unreadable={unreadable} hint={words.unreadableHint} className="shrink-0 border-b" onGo={go} />;
}

/** Above the form of anything else; nothing where its file can be read. */
export function UnreadableFile({ unreadable }: Shown) {
  const open = useOpenedFile((opened) => opened.open);
  if (unreadable === undefined || unreadable === null) return null;
  return <Note unreadable={unreadable} hint={words.unreadableFileHint} className="rounded-md border" onGo={() => open(unreadable.file, unreadable.line)} />;
}

/** Why a file of the project cannot be read. */
export function useUnreadable(...paths: readonly string[]): Unreadable | null {
  return useDoc((state) => state.outline?.files.find((file) => paths.includes(file.path) && isUnreadable(file))?.unreadable ?? null);
}

function Note({ unreadable, hint, className, onGo }: { unreadable: Unreadable; hint: string; className: string; onGo: () => void }) {
  return (
    <div role="alert" className={`flex flex-wrap items-center gap-x-3 gap-y-2 bg-danger-wash px-4 py-2 text-sm ${className}`} data-testid="unreadable">
      <CircleAlert className="size-4 shrink-0 text-danger" aria-hidden="true" />
      <p className="min-w-0 flex-1 basis-48 break-words">
        <span className="font-medium text-danger">{words.unreadable(unreadable.file, unreadable.line, unreadable.reason)}</span> {hint}
      </p>
      <Button icon={CornerDownRight} onClick={onGo} data-testid="to-broken-line">
        {words.toLine(unreadable.line)}
      </Button>
    </div>
  );
}
