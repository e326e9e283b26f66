/** A slot: its type and values, where it is filled from, what is checked, whether it is sensitive. */

import { slotStrings as words } from "../../../strings/en/content";
import type { Command, Json } from "../../api/types";
import { shownValue } from "../../canvas/stepWords";
import { OtherKeys } from "../../inspector/OtherKeys";
import { Section } from "../../inspector/Section";
import { typedValue, valueFault } from "../../inspector/slotValues";
import { TextField } from "../../inspector/TextField";
import { Check, Choice, Field } from "../../ui/Field";
import { type Entry, linesOf, listOf, mapOf, textOf, withKey } from "../entries";
import { useContentEdits } from "../useContent";
import { MappingRows } from "./MappingRows";
import { boundFault, SLOT_TYPES, valuesFault, withType } from "./slotTypes";
import { ValidationForm } from "./ValidationForm";

const KNOWN = ["type", "values", "min_value", "max_value", "initial_value", "shared_for_coexistence", "mappings", "validation"];

export function SlotForm({ entry }: { entry: Entry }) {
  const edits = useContentEdits("slots");
  const slot = mapOf(entry.value);
  const type = textOf(slot.type);
  const set = (key: string, value: Json | undefined, more: readonly Command[] = []): void => edits.put(entry, withKey(slot, key, value), more);
  const types = SLOT_TYPES.includes(type) ? SLOT_TYPES : [type, ...SLOT_TYPES];
  const known = words.types as Readonly<Record<string, string>>;
  const { sensitive: _, ...voice } = mapOf(slot.voice);
  return (
    <div className="rounded-lg border bg-surface">
      <div className="flex flex-col gap-3 p-4">
        <Field label={words.type} help={words.typeHelp}>
          {({ id, describedBy }) => (
            <Choice id={id} describedBy={describedBy} value={type} options={types.map((value) => ({ value, label: known[value] ?? value }))} onChange={(next) => edits.put(entry, withType(slot, next))} />
          )}
        </Field>
        {type.endsWith("categorical") && (
          <TextField
            label={words.values}
            help={words.valuesHelp}
            value={listOf(slot.values).map(textOf).join("\n")}
            isMultiline
            check={(text) => valuesFault(linesOf(text))}
            onCommit={(text) => set("values", linesOf(text).map((line) => typedLine(line, listOf(slot.values))))}
            testId="slot-values"
          />
        )}
        {type === "float" && (
          <div className="grid grid-cols-2 gap-3">
            <Bound label={words.least} value={slot.min_value} check={(number) => boundFault(number, slot.max_value)} onChange={(value) => set("min_value", value)} />
            <Bound label={words.greatest} value={slot.max_value} check={(number) => boundFault(slot.min_value, number)} onChange={(value) => set("max_value", value)} />
          </div>
        )}
        <Initial slot={slot} type={type} onChange={(value) => set("initial_value", value)} />
        <Check
          label={words.sensitive}
          help={words.sensitiveHelp}
          isChecked={mapOf(slot.voice).sensitive === true}
          onChange={(isOn) => set("voice", withKey(mapOf(slot.voice), "sensitive", isOn ? true : undefined))}
        />
        <Check label={words.shared} help={words.sharedHelp} isChecked={slot.shared_for_coexistence === true} onChange={(isOn) => set("shared_for_coexistence", isOn ? true : undefined)} />
        <OtherKeys values={withKey(slot, "voice", voice)} known={KNOWN} />
      </div>
      <Section title={words.mappings}>
        <MappingRows slotType={type} value={slot.mappings} onChange={(value) => set("mappings", value)} />
      </Section>
      <Section title={words.validation}>
        <ValidationForm name={entry.name} value={slot.validation} onChange={(value, more) => set("validation", value, more)} />
      </Section>
    </div>
  );
}

/** A value that was a number in the file stays one. */
function typedLine(line: string, before: readonly Json[]): Json {
  return before.find((value) => typeof value !== "string" && String(value) === line) ?? line;
}

/** Chosen where there are few values, typed where there are many. */
function Initial({ slot, type, onChange }: { slot: ReturnType<typeof mapOf>; type: string; onChange: (value: Json | undefined) => void }) {
  const value = slot.initial_value ?? null;
  const few = type === "bool" ? ["true", "false"] : type.endsWith("categorical") ? listOf(slot.values).map(textOf) : [];
  const commit = (text: string): void => onChange(typedValue(type, text) ?? undefined);
  if (few.length > 0) {
    const now = value === null ? "" : shownValue(value);
    const options = [...new Set(["", now, ...few])].map((each) => ({ value: each, label: each === "" ? words.initialNone : each }));
    return (
      <Field label={words.initial} help={words.initialHelp}>
        {({ id, describedBy }) => <Choice id={id} describedBy={describedBy} value={now} options={options} onChange={commit} />}
      </Field>
    );
  }
  return (
    <TextField label={words.initial} help={words.initialHelp} value={value === null ? "" : shownValue(value)} check={(text) => valueFault(type, text, false)} onCommit={commit} testId="slot-initial" />
  );
}

interface BoundProps {
  label: string;
  value: Json | undefined;
  check: (number: number) => string | null;
  onChange: (value: number | undefined) => void;
}

function Bound({ label, value, check, onChange }: BoundProps) {
  return (
    <TextField
      label={label}
      value={textOf(value)}
      inputMode="numeric"
      check={(text) => (text.trim() === "" ? null : Number.isFinite(Number(text)) ? check(Number(text)) : words.notANumber)}
      onCommit={(text) => onChange(text.trim() === "" ? undefined : Number(text))}
    />
  );
}
