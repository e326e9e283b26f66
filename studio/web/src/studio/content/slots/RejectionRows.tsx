/** What a slot refuses, and what is said then. */

import { Plus, Trash2 } from "lucide-react";
import { slotStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { useDoc } from "../../document/DocumentProvider";
import { ConditionBuilder } from "../../inspector/ConditionBuilder";
import { Button, IconButton } from "../../ui/Button";
import { Combobox } from "../../ui/Combobox";
import { Field } from "../../ui/Field";
import { type JsonMap, listOf, mapOf, replacedAt, textOf, withKey, withoutAt } from "../entries";

export function RejectionRows({ name, value, onChange }: { name: string; value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  const outline = useDoc((state) => state.outline);
  const validation = mapOf(value);
  const rejections = listOf(validation.rejections).map(mapOf);
  const put = (next: readonly JsonMap[]): void => onChange(withKey(validation, "rejections", next.map((each) => ({ ...each }))));
  const responses = (outline?.responses ?? []).map((each) => ({ value: each.name }));
  const first = responses[0]?.value ?? "utter_internal_error_rasa";
  return (
    <>
      <p className="text-xs text-soft">{words.validationHelp}</p>
      {rejections.map((rejection, index) => (
        <div key={`${index}-${rejections.length}`} className="flex items-start gap-2 rounded-md border p-3">
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <h4 className="text-xs font-medium">{words.rejection(index + 1)}</h4>
            <ConditionBuilder text={textOf(rejection.if)} onChange={(text) => put(replacedAt(rejections, index, { ...rejection, if: text }))} />
            <Field label={words.say}>
              {({ id }) => (
                <Combobox id={id} label={words.say} value={textOf(rejection.utter)} options={responses} onChange={(utter) => put(replacedAt(rejections, index, { ...rejection, utter }))} onCreate={(utter) => put(replacedAt(rejections, index, { ...rejection, utter }))} />
              )}
            </Field>
          </div>
          <IconButton icon={Trash2} label={words.removeRejection(index + 1)} onClick={() => put(withoutAt(rejections, index))} />
        </div>
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...rejections, { if: `slots.${name} is null`, utter: first }])}>
        {words.addRejection}
      </Button>
      {rejections.length > 0 && (
        <Field label={words.refill}>
          {({ id }) => (
            <Combobox id={id} label={words.refill} placeholder={`utter_ask_${name}`} value={textOf(validation.refill_utter)} options={responses} onChange={(utter) => onChange(withKey(validation, "refill_utter", utter))} />
          )}
        </Field>
      )}
    </>
  );
}
