/** A value that fits a slot's type: chosen where there are few, typed where there are many. */

import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { shownValue } from "../canvas/stepWords";
import { Choice, TextInput } from "../ui/Field";
import { useDraft } from "../ui/useDraft";
import { typedValue, valueFault } from "./slotValues";

const words = inspectorStrings.setSlots;

interface SlotValueProps {
  slot: { readonly type: string; readonly values?: readonly string[] } | undefined;
  value: Json;
  onCommit: (value: Json) => void;
  /** In a condition there has to be one; elsewhere an empty one clears the slot. */
  isNeeded?: boolean;
}

export function SlotValue({ slot, value, onCommit, isNeeded = false }: SlotValueProps) {
  const id = useId();
  const check = (text: string): string | null => valueFault(slot?.type, text, isNeeded);
  const draft = useDraft(value === null ? "" : shownValue(value), (text) => {
    if (check(text) === null) onCommit(typedValue(slot?.type, text));
  });
  const fixed = slot?.type === "bool" ? ["true", "false"] : slot?.type.endsWith("categorical") === true ? (slot.values ?? []) : null;
  if (fixed !== null && fixed.length > 0) {
    const shown = value === null ? "" : String(value);
    const options = [...new Set([shown, ...(isNeeded ? [] : [""]), ...fixed.map(String)])].map((each) => ({ value: each, label: each === "" ? words.clear : each }));
    return <Choice label={words.value} value={shown} options={options} onChange={(text) => onCommit(typedValue(slot?.type, text))} />;
  }
  const error = check(draft.value);
  return (
    <div className="min-w-0">
      <TextInput aria-label={words.value} aria-invalid={error !== null} aria-describedby={error === null ? undefined : id} placeholder={isNeeded ? words.value : words.clear} {...draft} />
      {error !== null && (
        <p id={id} role="alert" className="flex gap-1 pt-1 text-xs text-danger">
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          {error}
        </p>
      )}
    </div>
  );
}
