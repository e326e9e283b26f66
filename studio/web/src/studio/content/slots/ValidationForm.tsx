/** What a slot refuses whenever it is set, and how it is asked for again. */

import { slotStrings as words } from "../../../strings/en/content";
import type { Command, Json, Named } from "../../api/types";
import { useDoc } from "../../document/DocumentProvider";
import { OtherKeys } from "../../inspector/OtherKeys";
import { Rejections } from "../../inspector/Rejections";
import { optionOf } from "../../problems/unreadable";
import { Combobox } from "../../ui/Combobox";
import { Field } from "../../ui/Field";
import { listOf, mapOf, textOf, withKey } from "../entries";

interface ValidationFormProps {
  name: string;
  value: Json | undefined;
  onChange: (value: Json | undefined, more: readonly Command[]) => void;
}

export function ValidationForm({ name, value, onChange }: ValidationFormProps) {
  const outline = useDoc((state) => state.outline);
  const validation = mapOf(value);
  const refill = (key: "refill_utter" | "refill_action", label: string, usual: string, names: readonly Named[]) => (
    <Field label={label} help={words.refillHelp}>
      {({ id, describedBy }) => (
        <Combobox
          id={id}
          label={label}
          describedBy={describedBy}
          value={textOf(validation[key])}
          options={[{ value: "", label: words.usual(usual) }, ...names.map((each) => optionOf(each))]}
          onChange={(next) => onChange(withKey(validation, key, next), [])}
        />
      )}
    </Field>
  );
  const has = listOf(validation.rejections).length > 0 || "refill_utter" in validation || "refill_action" in validation;
  return (
    <>
      <Rejections slot={name} value={validation.rejections} help={words.validationHelp} onChange={(next, more) => onChange(withKey(validation, "rejections", next), more)} />
      {has && refill("refill_utter", words.refill, `utter_ask_${name}`, outline?.responses ?? [])}
      {has && refill("refill_action", words.refillAction, `action_ask_${name}`, (outline?.actions ?? []).filter((each) => !each.name.startsWith("utter_")))}
      <OtherKeys values={validation} known={["rejections", "refill_utter", "refill_action"]} />
    </>
  );
}
