/** A secret that is shown once: a link or a token. */

import { Copy } from "lucide-react";
import { peopleStrings as words } from "../../strings/en/people";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextInput } from "../ui/Field";
import { toast } from "../ui/toasts";

export function OnceDialog({ title, hint, text, onDone }: { title: string; hint: string; text: string; onDone: () => void }) {
  const copy = (): void => {
    // A page that is not served securely has no clipboard at all.
    const copied = (navigator.clipboard as Clipboard | undefined)?.writeText(text) ?? Promise.reject(new Error());
    copied.then(
      () => toast.success(words.copied),
      () => toast.error(words.notCopied),
    );
  };
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onDone}
      testId="once-dialog"
      footer={
        <Button onClick={onDone} data-testid="once-done">
          {words.done}
        </Button>
      }
    >
      <div className="flex flex-col gap-3 p-4">
        <p className="text-sm text-soft">{hint}</p>
        <div className="flex gap-2">
          <TextInput aria-label={title} readOnly value={text} onChange={() => undefined} onFocus={(event) => event.target.select()} className="font-mono" data-testid="once-text" />
          <Button weight="accent" icon={Copy} onClick={copy}>
            {words.copy}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
