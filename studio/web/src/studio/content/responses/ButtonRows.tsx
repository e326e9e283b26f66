/** Buttons of a variation: a title and what each sends. */

import { Plus, Trash2 } from "lucide-react";
import { responseStrings as words } from "../../../strings/en/content";
import { TextField } from "../../inspector/TextField";
import { Button, IconButton } from "../../ui/Button";
import { type JsonMap, listOf, mapOf, replacedAt, textOf, withKey, withoutAt } from "../entries";

/** A payload that begins to set slots and does not end is said to the assistant as it stands. */
function payloadFault(text: string): string | null {
  const plain = text.trim();
  return plain.startsWith("/SetSlots") && !/^\/SetSlots\([^()=]+=[^()]*\)$/.test(plain) ? words.payloadWrong : null;
}

export function ButtonRows({ variation, onChange }: { variation: JsonMap; onChange: (variation: JsonMap) => void }) {
  const buttons = listOf(variation.buttons).map(mapOf);
  const put = (next: readonly JsonMap[]): void => onChange(withKey(variation, "buttons", next.map((each) => ({ ...each }))));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="text-xs font-medium">{words.buttons}</legend>
      <p className="text-xs text-soft">{words.buttonsHelp}</p>
      {buttons.map((button, index) => (
        <div key={`${index}-${buttons.length}`} className="flex items-start gap-2" role="group" aria-label={words.button(index + 1)}>
          <div className="min-w-0 flex-1">
            <TextField label={words.buttonTitle} value={textOf(button.title)} check={(text) => (text.trim() === "" ? words.buttonTitleNeeded : null)} onCommit={(title) => put(replacedAt(buttons, index, { ...button, title }))} />
          </div>
          <div className="min-w-0 flex-1">
            <TextField label={words.buttonPayload} value={textOf(button.payload)} placeholder={textOf(button.title)} check={payloadFault} onCommit={(payload) => put(replacedAt(buttons, index, withKey(button, "payload", payload.trim())))} />
          </div>
          <IconButton icon={Trash2} label={words.removeButton(textOf(button.title))} className="mt-6" onClick={() => put(withoutAt(buttons, index))} />
        </div>
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...buttons, { title: words.newButton(buttons.length + 1) }])}>
        {words.addButton}
      </Button>
    </fieldset>
  );
}
