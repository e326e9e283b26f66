/** All slots of the assistant with what they hold now; each can be set by hand, for the next turn or the last one again. */

import { Pencil, RotateCcw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useCall } from "../../call/hooks";
import type { Json } from "../../core/events";
import { slotText } from "../../core/format";
import { tryStrings } from "../../strings/en/try";
import { useProject } from "../document/DocumentProvider";
import { Badge } from "../ui/Bits";
import { Button, IconButton } from "../ui/Button";
import { Choice, TextInput } from "../ui/Field";
import type { SlotTold } from "./tryApi";
import { numbered, valueOf } from "./turns";
import { tryCall, useTry } from "./trySession";

const words = tryStrings.slots;
const MANY = 12;

export function SlotsInspector() {
  const slots = useTry((session) => session.told?.slots);
  const [editing, setEditing] = useState<string | null>(null);
  const [filter, setFilter] = useState("");
  if (slots === undefined) return <p className="p-4 text-sm text-soft">{words.noConversation}</p>;
  if (slots.length === 0) return <p className="p-4 text-sm text-soft">{words.none}</p>;
  const shown = slots.filter((slot) => slot.name.toLowerCase().includes(filter.toLowerCase()));
  // What is known comes first: that is what one looks for.
  const sorted = [...shown.filter((slot) => slot.is_set), ...shown.filter((slot) => !slot.is_set)];
  return (
    <div className="scroller min-h-0 flex-1 px-4 py-3" data-testid="try-slots">
      {slots.length > MANY && <TextInput value={filter} onChange={setFilter} aria-label={words.filter} placeholder={words.filter} className="mb-2" />}
      <ul className="flex flex-col">
        {sorted.map((slot) => (
          <li key={slot.name} className="border-b py-1 last:border-b-0" data-testid={`try-slot-${slot.name}`}>
            {editing === slot.name ? (
              <EditSlot slot={slot} onDone={() => setEditing(null)} />
            ) : (
              <SlotLine slot={slot} onEdit={() => setEditing(slot.name)} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function SlotLine({ slot, onEdit }: { slot: SlotTold; onEdit: () => void }) {
  const { conversation } = useCall(tryCall);
  const changes = conversation.slots.find((each) => each.name === slot.name)?.changes ?? 0;
  const text = slot.is_sensitive && slot.is_set ? words.hidden : slot.is_set ? slotText(slot.value) : words.empty;
  return (
    // A new key starts the highlight again when the value changes again.
    <div key={changes} className={`flex items-center gap-2 rounded-md ${slot.is_set && changes > 0 ? "animate-highlight" : ""}`}>
      <span className="min-w-0 flex-1 truncate font-mono text-xs text-soft" title={`${slot.name}: ${slot.type}`}>
        {slot.name}
      </span>
      <span className={`max-w-40 truncate text-sm ${slot.is_set ? "font-medium" : "text-soft"}`} title={text} data-testid="try-slot-value">
        {text}
      </span>
      <IconButton icon={Pencil} label={words.edit(slot.name)} data-testid="try-slot-edit" onClick={onEdit} />
    </div>
  );
}

function EditSlot({ slot, onDone }: { slot: SlotTold; onDone: () => void }) {
  const { project } = useProject();
  const { conversation } = useCall(tryCall);
  const { setSlot, rewind, isBusy } = useTry();
  const [typed, setTyped] = useState(slot.value === null ? "" : typeof slot.value === "object" ? JSON.stringify(slot.value) : String(slot.value));
  const lastTurn = numbered(conversation.entries).size;
  const value = (): Json => valueOf(slot.type, typed);
  const set = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await setSlot(slot.name, value())) onDone();
  };
  const rerun = async (): Promise<void> => {
    if (await rewind(project, { turn: lastTurn, slots: { [slot.name]: value() } })) onDone();
  };
  const choices = slot.type === "bool" ? ["true", "false"] : slot.type.endsWith("categorical") ? slot.values : [];
  return (
    <form onSubmit={(event) => void set(event)} className="flex flex-col gap-2 py-2" onKeyDown={(event) => event.key === "Escape" && onDone()}>
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-mono text-xs">{slot.name}</span>
        <Badge>{slot.type}</Badge>
      </div>
      {choices.length > 0 ? (
        <Choice label={words.edit(slot.name)} value={typed} options={["", ...choices].map((each) => ({ value: each, label: each === "" ? words.empty : each }))} onChange={setTyped} />
      ) : (
        <TextInput value={typed} onChange={setTyped} aria-label={words.edit(slot.name)} data-testid="try-slot-input" autoFocus />
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {lastTurn > 0 && (
          <Button icon={RotateCcw} data-testid="try-slot-rerun" disabled={isBusy} onClick={() => void rerun()}>
            {words.rerun}
          </Button>
        )}
        <Button weight="accent" type="submit" title={words.setHint} data-testid="try-slot-set" disabled={isBusy}>
          {words.set}
        </Button>
      </div>
    </form>
  );
}
