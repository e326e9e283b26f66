/** One source of a slot's value: its kind and the options that this kind has. */

import { slotStrings as words } from "../../../strings/en/content";
import type { Json, Outline } from "../../api/types";
import { useDoc } from "../../document/DocumentProvider";
import { OtherKeys } from "../../inspector/OtherKeys";
import { typedValue, valueFault } from "../../inspector/slotValues";
import { TextField } from "../../inspector/TextField";
import { optionOf } from "../../problems/unreadable";
import { Check, Choice, Field } from "../../ui/Field";
import { Combobox, type Option as Choosable } from "../../ui/Combobox";
import { type JsonMap, listOf, mapOf, textOf, withKey } from "../entries";
import { FlowsField } from "./FlowsField";
import { activeFlows, MAPPING_KINDS, type MappingKind, type MappingOption, NEEDED, OPTIONS, withFlows, withKind } from "./slotTypes";

interface MappingFormProps {
  mapping: JsonMap;
  label: string;
  slotType: string;
  onChange: (mapping: JsonMap) => void;
}

const SYSTEMS = ["", "NLU", "CALM", "SHARED"] as const;

export function MappingForm({ mapping, label, slotType, onChange }: MappingFormProps) {
  const kind = (MAPPING_KINDS.find((each) => each === mapping.type) ?? textOf(mapping.type)) as MappingKind;
  const kinds = MAPPING_KINDS.includes(kind) ? MAPPING_KINDS : [kind, ...MAPPING_KINDS];
  // What is a list or a map in the file is shown below, and left alone.
  const options = (OPTIONS[kind] ?? []).filter((key) => mapping[key] === undefined || mapping[key] === null || typeof mapping[key] !== "object");
  const set = (key: string, value: Json | undefined): void => onChange(withKey(mapping, key, value));
  return (
    <>
      <Choice label={label} value={kind} options={kinds.map((each) => ({ value: each, label: words.kinds[each] ?? each }))} onChange={(next) => onChange(withKind(mapping, next))} />
      {options.map((key) => (
        <Option key={key} name={key} mapping={mapping} slotType={slotType} isNeeded={NEEDED.has(`${kind} ${key}`)} onChange={(value) => set(key, value)} />
      ))}
      <FlowsField flows={activeFlows(mapping)} onChange={(flows) => onChange(withFlows(mapping, flows))} />
      <OtherKeys values={hidden(mapping)} known={["type", ...options]} />
    </>
  );
}

/** What the form has no field for; conditions on flows have one. */
function hidden(mapping: JsonMap): JsonMap {
  const others = listOf(withFlows(mapping, []).conditions);
  return others.length === 0 ? withKey(mapping, "conditions", undefined) : { ...mapping, conditions: [...others] };
}

interface OptionProps {
  name: MappingOption;
  mapping: JsonMap;
  slotType: string;
  isNeeded: boolean;
  onChange: (value: Json | undefined) => void;
}

function Option({ name, mapping, slotType, isNeeded, onChange }: OptionProps) {
  const outline = useDoc((state) => state.outline);
  const value = mapping[name];
  switch (name) {
    case "allow_nlu_correction":
      return <Check label={words.allowCorrection} help={words.allowCorrectionHelp} isChecked={value === true} onChange={(isOn) => onChange(isOn ? true : undefined)} />;
    case "value":
      return (
        <TextField
          label={words.value}
          help={words.valueHelp}
          value={textOf(value)}
          check={(text) => valueFault(slotType, text, isNeeded)}
          onCommit={(text) => onChange(typedValue(slotType, text) ?? undefined)}
        />
      );
    case "coexistence_system":
      return (
        <Field label={words.system} help={words.systemHelp}>
          {({ id, describedBy }) => (
            <Choice id={id} describedBy={describedBy} value={textOf(value)} options={SYSTEMS.map((each) => ({ value: each as string, label: words.systems[each] }))} onChange={(next) => onChange(next === "" ? undefined : next)} />
          )}
        </Field>
      );
    default: {
      const names = namesFor(name, mapping, outline);
      const title = words.options[name];
      return (
        <Field label={title} help={words.optionHelp[name]} error={isNeeded && textOf(value) === "" ? words.needed : null}>
          {({ id, describedBy }) => (
            <Combobox
              id={id}
              label={title}
              describedBy={describedBy}
              value={textOf(value)}
              options={[...(isNeeded ? [] : [{ value: "", label: words.any }]), ...names]}
              onChange={(next) => onChange(next === "" ? undefined : next)}
              onCreate={onChange}
            />
          )}
        </Field>
      );
    }
  }
}

function namesFor(name: MappingOption, mapping: JsonMap, outline: Outline | null): readonly Choosable[] {
  if (outline === null) return [];
  if (name === "entity") return outline.entities.map((each) => optionOf(each));
  if (name === "intent" || name === "not_intent") return outline.intents.map((each) => optionOf(each));
  if (name === "role" || name === "group") {
    const entity = outline.entities.find((each) => each.name === mapping.entity);
    return listOf(mapOf(entity?.options)[`${name}s`]).map((part) => ({ value: textOf(part) }));
  }
  return outline.actions.map((each) => optionOf(each));
}
