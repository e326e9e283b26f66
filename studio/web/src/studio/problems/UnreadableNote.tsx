/** Above a flow whose file cannot be read just now: what is wrong, and the way to the line. */

import { CircleAlert, CornerDownRight } from "lucide-react";
import { problemStrings as words } from "../../strings/en/canvas";
import type { Flow, Unreadable } from "../api/types";
import { useFocus } from "../canvas/focusStore";
import { useDoc } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { Button } from "../ui/Button";

export function isUnreadable({ unreadable }: { unreadable?: Unreadable | null | undefined }): boolean {
  return unreadable !== undefined && unreadable !== null;
}

export function UnreadableNote({ flow }: { flow: Flow }) {
  const select = useDoc((state) => state.select);
  const { unreadable } = flow;
  if (unreadable === undefined || unreadable === null) return null;
  const go = (): void => {
    select({ flow: flow.id, keys: [], edge: null });
    useShell.getState().setPane("yaml");
    useFocus.getState().ask(flow.id, null, unreadable.line);
  };
  return (
    <div role="alert" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-b bg-danger-wash px-4 py-2 text-sm" data-testid="unreadable">
      <CircleAlert className="size-4 shrink-0 text-danger" aria-hidden="true" />
      <p className="min-w-0 flex-1 basis-64 break-words">
        <span className="font-medium text-danger">{words.unreadable(flow.file, unreadable.line, unreadable.reason)}</span> {words.unreadableHint}
      </p>
      <Button icon={CornerDownRight} onClick={go} data-testid="to-broken-line">
        {words.toLine(unreadable.line)}
      </Button>
    </div>
  );
}
