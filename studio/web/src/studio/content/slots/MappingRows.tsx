/** Where a slot's value comes from, source by source. */

import { Plus, Trash2 } from "lucide-react";
import { slotStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { TextField } from "../../inspector/TextField";
import { useDoc } from "../../document/DocumentProvider";
import { Button, IconButton } from "../../ui/Button";
import { Combobox } from "../../ui/Combobox";
import { Check, Choice, Field } from "../../ui/Field";
import { type JsonMap, listOf, mapOf, replacedAt, textOf, withKey, withoutAt } from "../entries";
import { MAPPING_KINDS, type MappingKind, OPTIONS, withKind } from "./slotTypes";

export function MappingRows({ value, onChange }: { value: Json | undefined; onChange: (value: Json) => void }) {
  const mappings = listOf(value).map(mapOf);
  const put = (next: readonly JsonMap[]): void => onChange(next.map((each): Json => ({ ...each })));
  return (
    <>
      <p className="text-xs text-soft">{words.mappingsHelp}</p>
      {mappings.map((mapping, index) => (
        <div key={`${index}-${mappings.length}`} className="flex items-start gap-2">
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <Mapping mapping={mapping} label={words.mapping(index + 1)} onChange={(next) => put(replacedAt(mappings, index, next))} />
          </div>
          <IconButton icon={Trash2} label={words.removeMapping(index + 1)} onClick={() => put(withoutAt(mappings, index))} />
        </div>
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...mappings, { type: "from_llm" }])}>
        {words.addMapping}
      </Button>
    </>
  );
}

function Mapping({ mapping, label, onChange }: { mapping: JsonMap; label: string; onChange: (mapping: JsonMap) => void }) {
  const outline = useDoc((state) => state.outline);
  const kind = (MAPPING_KINDS.find((each) => each === mapping.type) ?? textOf(mapping.type)) as MappingKind;
  const kinds = MAPPING_KINDS.includes(kind) ? MAPPING_KINDS : [kind, ...MAPPING_KINDS];
  const options = OPTIONS[kind] ?? [];
  const named = (key: "entity" | "intent" | "run_action_every_turn", title: string, names: readonly { name: string }[]) =>
    options.includes(key) && (
      <Field label={title}>
        {({ id }) => (
          <Combobox id={id} label={title} value={textOf(mapping[key])} options={names.map(({ name }) => ({ value: name }))} onChange={(name) => onChange({ ...mapping, [key]: name })} onCreate={(name) => onChange({ ...mapping, [key]: name })} />
        )}
      </Field>
    );
  return (
    <>
      <Choice label={label} value={kind} options={kinds.map((each) => ({ value: each, label: words.kinds[each] ?? each }))} onChange={(next) => onChange(withKind(mapping, next))} />
      {named("entity", words.entity, outline?.entities ?? [])}
      {named("intent", words.intent, outline?.intents ?? [])}
      {options.includes("value") && <TextField label={words.value} value={textOf(mapping.value)} onCommit={(text) => onChange(withKey(mapping, "value", text))} />}
      {named("run_action_every_turn", words.runEveryTurn, outline?.actions ?? [])}
      {options.includes("allow_nlu_correction") && (
        <Check label={words.allowCorrection} isChecked={mapping.allow_nlu_correction === true} onChange={(isOn) => onChange(withKey(mapping, "allow_nlu_correction", isOn ? true : undefined))} />
      )}
    </>
  );
}
