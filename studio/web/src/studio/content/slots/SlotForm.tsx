/** A slot: its type and values, where it is filled from, what is checked, whether it is sensitive. */

import { slotStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { Section } from "../../inspector/Section";
import { typedValue } from "../../inspector/SetSlotsForm";
import { TextField } from "../../inspector/TextField";
import { Check, Choice, Field } from "../../ui/Field";
import { type Entry, linesOf, listOf, mapOf, textOf, withKey } from "../entries";
import { useContentEdits } from "../useContent";
import { MappingRows } from "./MappingRows";
import { RejectionRows } from "./RejectionRows";
import { SLOT_TYPES, withType } from "./slotTypes";

export function SlotForm({ entry }: { entry: Entry }) {
  const edits = useContentEdits("slots");
  const slot = mapOf(entry.value);
  const type = textOf(slot.type);
  const set = (key: string, value: Json | undefined): void => edits.put(entry.name, withKey(slot, key, value));
  const types = SLOT_TYPES.includes(type) ? SLOT_TYPES : [type, ...SLOT_TYPES];
  const known = words.types as Readonly<Record<string, string>>;
  return (
    <div className="rounded-lg border bg-surface">
      <div className="flex flex-col gap-3 p-4">
        <Field label={words.type} help={words.typeHelp}>
          {({ id, describedBy }) => (
            <Choice id={id} describedBy={describedBy} value={type} options={types.map((value) => ({ value, label: known[value] ?? value }))} onChange={(next) => edits.put(entry.name, withType(slot, next))} />
          )}
        </Field>
        {type.endsWith("categorical") && (
          <TextField
            label={words.values}
            help={words.valuesHelp}
            value={listOf(slot.values).map(textOf).join("\n")}
            isMultiline
            check={(text) => (linesOf(text).length === 0 ? words.valuesMissing : null)}
            onCommit={(text) => set("values", linesOf(text).map((line) => (line === "true" || line === "false" ? line : typedLine(line, listOf(slot.values)))))}
            testId="slot-values"
          />
        )}
        {type === "float" && (
          <div className="grid grid-cols-2 gap-3">
            <Bound label={words.least} value={slot.min_value} onChange={(value) => set("min_value", value)} />
            <Bound label={words.greatest} value={slot.max_value} onChange={(value) => set("max_value", value)} />
          </div>
        )}
        <TextField
          label={words.initial}
          help={words.initialHelp}
          value={textOf(slot.initial_value)}
          onCommit={(text) => set("initial_value", typedValue(type, text) ?? undefined)}
          testId="slot-initial"
        />
        <Check
          label={words.sensitive}
          help={words.sensitiveHelp}
          isChecked={mapOf(slot.voice).sensitive === true}
          onChange={(isOn) => set("voice", withKey(mapOf(slot.voice), "sensitive", isOn ? true : undefined))}
        />
        <Check label={words.shared} help={words.sharedHelp} isChecked={slot.shared_for_coexistence === true} onChange={(isOn) => set("shared_for_coexistence", isOn ? true : undefined)} />
      </div>
      <Section title={words.mappings}>
        <MappingRows value={slot.mappings} onChange={(value) => set("mappings", value)} />
      </Section>
      <Section title={words.validation}>
        <RejectionRows name={entry.name} value={slot.validation} onChange={(value) => set("validation", value)} />
      </Section>
    </div>
  );
}

/** A value that was a number in the file stays one. */
function typedLine(line: string, before: readonly Json[]): Json {
  return before.find((value) => typeof value !== "string" && String(value) === line) ?? line;
}

function Bound({ label, value, onChange }: { label: string; value: Json | undefined; onChange: (value: number | undefined) => void }) {
  return (
    <TextField
      label={label}
      value={textOf(value)}
      inputMode="numeric"
      check={(text) => (Number.isFinite(Number(text)) ? null : words.notANumber)}
      onCommit={(text) => onChange(text.trim() === "" ? undefined : Number(text))}
    />
  );
}
