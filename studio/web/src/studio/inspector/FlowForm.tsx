/** The properties of a flow. */

import { Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json } from "../api/types";
import { assignments, targetOf } from "../canvas/stepWords";
import { isMap, listOf, mapOf, textOf } from "../content/entries";
import { useDoc } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Check } from "../ui/Field";
import { ConditionBuilder } from "./ConditionBuilder";
import { conditionOf } from "./conditionTree";
import { OtherKeys } from "./OtherKeys";
import { Folded, Section } from "./Section";
import { TextField } from "./TextField";
import { Triggers } from "./Triggers";
import { type FieldEdits, useEdit } from "./useEdit";

const words = inspectorStrings.flow;
const KNOWN = ["name", "description", "if", "nlu_trigger", "persisted_slots", "always_include_in_prompt", "run_pattern_completed", "translation"];

export function FlowForm({ flow }: { flow: Flow }) {
  const edit = useEdit(flow, null);
  const { properties } = flow;
  const flag = (key: string, isOn: boolean, usual: boolean, what: string): void => edit.set([key], isOn === usual ? undefined : isOn, what);
  return (
    <>
      <Section title={flow.id}>
        <TextField label={words.name} help={words.nameHelp} value={flow.name} testId="flow-name" onCommit={(text) => edit.set(["name"], text === "" ? undefined : text, words.name)} />
        <TextField label={words.description} help={words.descriptionHelp} value={flow.description} isMultiline testId="flow-description" check={(text) => (text.trim() === "" && !flow.is_pattern ? words.descriptionNeeded : null)} onCommit={(text) => edit.set(["description"], text.trim() === "" ? undefined : text, words.description)} />
      </Section>
      <Guard flow={flow} edit={edit} />
      <Folded title={words.triggers} isOpen={properties.nlu_trigger !== undefined}>
        <Triggers given={properties.nlu_trigger} edit={edit} />
      </Folded>
      <Folded title={words.persisted} isOpen={properties.persisted_slots !== undefined}>
        <Persisted flow={flow} edit={edit} />
      </Folded>
      <Folded title={inspectorStrings.more} isOpen={["always_include_in_prompt", "run_pattern_completed", "translation"].some((key) => key in properties)}>
        <Check label={words.always} help={words.alwaysHelp} isChecked={properties.always_include_in_prompt === true} onChange={(isOn) => flag("always_include_in_prompt", isOn, false, words.always)} />
        <Check label={words.completed} help={words.completedHelp} isChecked={properties.run_pattern_completed !== false} onChange={(isOn) => flag("run_pattern_completed", isOn, true, words.completed)} />
        <Translations flow={flow} edit={edit} />
        <p className="text-xs text-soft">{`${words.file}: ${flow.file}`}</p>
        <OtherKeys values={properties} known={KNOWN} />
      </Folded>
    </>
  );
}

function Guard({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const guard = flow.properties.if;
  const isNever = guard === false || (typeof guard === "string" && guard.trim().toLowerCase() === "false");
  const text = isNever ? "" : conditionOf(guard);
  return (
    <Section title={words.guard}>
      <p className="text-xs text-soft">{words.guardHelp}</p>
      <Check label={words.guardNever} help={words.guardNeverHelp} isChecked={isNever} onChange={(isOn) => edit.set(["if"], isOn ? false : undefined, words.guard)} />
      {!isNever && <ConditionBuilder text={text} isOptional onChange={(next) => edit.set(["if"], next.trim() === "" ? undefined : next, words.guard)} />}
      {text !== "" && (
        <Button icon={Trash2} className="self-start" onClick={() => edit.set(["if"], undefined, words.guard)}>
          {inspectorStrings.condition.remove}
        </Button>
      )}
    </Section>
  );
}

function Persisted({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const rows = listOf(flow.properties.persisted_slots).map(textOf);
  const own = new Set<string>();
  for (const step of flow.steps) {
    if (step.type === "collect" && targetOf(step) !== "") own.add(targetOf(step));
    if (step.type === "set_slots") for (const [name] of assignments(step)) own.add(name);
  }
  const put = (next: readonly string[]): void => edit.set(["persisted_slots"], next.length === 0 ? undefined : [...next], words.persisted);
  const free = [...own].filter((name) => !rows.includes(name)).map((value) => ({ value }));
  return (
    <>
      <p className="text-xs text-soft">{words.persistedHelp}</p>
      {rows.length > 0 && (<ul className="flex flex-col gap-1">
        {rows.map((name) => (
          <li key={name} className="flex items-center justify-between rounded-sm bg-sunken pl-2 text-sm">
            {name}
            <IconButton icon={Trash2} label={inspectorStrings.setSlots.remove(name)} onClick={() => put(rows.filter((each) => each !== name))} />
          </li>
        ))}
      </ul>)}
      {free.length > 0 && <Combobox label={words.addPersisted} placeholder={words.addPersisted} value="" options={free} onChange={(name) => put([...rows, name])} />}
    </>
  );
}

function Translations({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const languages = (outline?.assistant.languages ?? []).filter((language) => language !== outline?.assistant.language);
  const map = mapOf(flow.properties.translation);
  return languages.map((language) => (
    <TextField
      key={language}
      label={words.nameIn(language)}
      help={words.nameInHelp}
      value={nameIn(map[language])}
      onCommit={(text) => edit.set(isMap(map[language]) || map[language] === undefined ? ["translation", language, "name"] : ["translation", language], text === "" ? undefined : text, words.translation)}
    />
  ));
}

/** `{name: …}`, or the bare name. */
function nameIn(entry: Json | undefined): string {
  return textOf(isMap(entry) ? entry.name : entry);
}
