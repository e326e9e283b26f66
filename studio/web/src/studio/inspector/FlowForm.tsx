/** The properties of a flow. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json } from "../api/types";
import { useDoc } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Check } from "../ui/Field";
import { ConditionBuilder } from "./ConditionBuilder";
import { Folded, Section } from "./Section";
import { TextField } from "./TextField";
import { type FieldEdits, useEdit } from "./useEdit";

const words = inspectorStrings.flow;

export function FlowForm({ flow }: { flow: Flow }) {
  const edit = useEdit(flow, null);
  const { properties } = flow;
  const flag = (key: string, isOn: boolean, usual: boolean, what: string): void => edit.set([key], isOn === usual ? undefined : isOn, what);
  return (
    <>
      <Section title={flow.id}>
        <TextField label={words.name} help={words.nameHelp} value={flow.name} testId="flow-name" onCommit={(text) => edit.set(["name"], text === "" ? undefined : text, words.name)} />
        <TextField label={words.description} help={words.descriptionHelp} value={flow.description} isMultiline testId="flow-description" onCommit={(text) => edit.set(["description"], text, words.description)} />
      </Section>
      <Guard flow={flow} edit={edit} />
      <Folded title={words.triggers} isOpen={properties.nlu_trigger !== undefined}>
        <Triggers given={properties.nlu_trigger} edit={edit} />
      </Folded>
      <Folded title={words.persisted} isOpen={properties.persisted_slots !== undefined}>
        <Persisted flow={flow} edit={edit} />
      </Folded>
      <Folded title={inspectorStrings.more}>
        <Check label={words.always} help={words.alwaysHelp} isChecked={properties.always_include_in_prompt === true} onChange={(isOn) => flag("always_include_in_prompt", isOn, false, words.always)} />
        <Check label={words.completed} help={words.completedHelp} isChecked={properties.run_pattern_completed !== false} onChange={(isOn) => flag("run_pattern_completed", isOn, true, words.completed)} />
        <Translations flow={flow} edit={edit} />
        <p className="text-xs text-soft">{`${words.file}: ${flow.file}`}</p>
      </Folded>
    </>
  );
}

function Guard({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const guard = flow.properties.if;
  const isNever = guard === false || (typeof guard === "string" && guard.trim().toLowerCase() === "false");
  const text = typeof guard === "string" && !isNever ? guard : "";
  return (
    <Section title={words.guard}>
      <p className="text-xs text-soft">{words.guardHelp}</p>
      <Check label={words.guardNever} help={words.guardNeverHelp} isChecked={isNever} onChange={(isOn) => edit.set(["if"], isOn ? false : undefined, words.guard)} />
      {!isNever && <ConditionBuilder text={text} onChange={(next) => edit.set(["if"], next.trim() === "" ? undefined : next, words.guard)} />}
      {text !== "" && (
        <Button icon={Trash2} className="self-start" onClick={() => edit.set(["if"], undefined, words.guard)}>
          {inspectorStrings.condition.remove}
        </Button>
      )}
    </Section>
  );
}

interface Trigger {
  readonly intent: string;
  readonly threshold: number | null;
}

function triggersOf(given: Json | undefined): readonly Trigger[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((row) => {
    if (row === null || typeof row !== "object" || Array.isArray(row)) return [];
    const { intent } = row;
    if (typeof intent === "string") return [{ intent, threshold: null }];
    if (intent === null || typeof intent !== "object" || Array.isArray(intent)) return [];
    const threshold = typeof intent.confidence_threshold === "number" ? intent.confidence_threshold : null;
    return [{ intent: String(intent.name ?? ""), threshold }];
  });
}

function Triggers({ given, edit }: { given: Json | undefined; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const rows = triggersOf(given);
  const put = (next: readonly Trigger[]): void =>
    edit.set(
      ["nlu_trigger"],
      next.length === 0 ? undefined : next.map(({ intent, threshold }): Json => ({ intent: threshold === null ? intent : { name: intent, confidence_threshold: threshold } })),
      words.triggers,
    );
  const intents = (outline?.intents ?? []).map((each) => ({ value: each.name }));
  const change = (index: number, next: Partial<Trigger>): void => put(rows.map((row, at) => (at === index ? { ...row, ...next } : row)));
  return (
    <>
      <p className="text-xs text-soft">{words.triggersHelp}</p>
      {rows.map((row, index) => (
        <div key={`${row.intent}-${index}`} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <Combobox label={words.intent} value={row.intent} options={intents} onChange={(intent) => change(index, { intent })} onCreate={(intent) => change(index, { intent })} />
          </div>
          <div className="w-24">
            <TextField
              label={words.threshold}
              value={row.threshold === null ? "" : String(row.threshold)}
              inputMode="numeric"
              check={(text) => (text === "" || (Number(text) >= 0 && Number(text) <= 1) ? null : "0–1")}
              onCommit={(text) => change(index, { threshold: text === "" ? null : Number(text) })}
            />
          </div>
          <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => put(rows.filter((_, at) => at !== index))} />
        </div>
      ))}
      <Button icon={Plus} onClick={() => put([...rows, { intent: intents[0]?.value ?? "new_intent", threshold: null }])}>
        {words.addTrigger}
      </Button>
    </>
  );
}

function Persisted({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const given = flow.properties.persisted_slots;
  const rows = Array.isArray(given) ? given.map(String) : typeof given === "string" ? [given] : [];
  const own = new Set<string>();
  for (const step of flow.steps) {
    if (step.type === "collect" && typeof step.fields.collect === "string") own.add(step.fields.collect);
    if (step.type === "set_slots" && Array.isArray(step.fields.set_slots)) {
      for (const entry of step.fields.set_slots) for (const name of Object.keys((entry as object | null) ?? {})) own.add(name);
    }
  }
  const put = (next: readonly string[]): void => edit.set(["persisted_slots"], next.length === 0 ? undefined : [...next], words.persisted);
  const free = [...own].filter((name) => !rows.includes(name)).map((value) => ({ value }));
  return (
    <>
      <p className="text-xs text-soft">{words.persistedHelp}</p>
      <ul className="flex flex-col gap-1">
        {rows.map((name) => (
          <li key={name} className="flex items-center justify-between rounded-sm bg-sunken pl-2 text-sm">
            {name}
            <IconButton icon={Trash2} label={inspectorStrings.setSlots.remove(name)} onClick={() => put(rows.filter((each) => each !== name))} />
          </li>
        ))}
      </ul>
      {free.length > 0 && <Combobox label={words.addPersisted} placeholder={words.addPersisted} value="" options={free} onChange={(name) => put([...rows, name])} />}
    </>
  );
}

function Translations({ flow, edit }: { flow: Flow; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const languages = (outline?.assistant.languages ?? []).filter((language) => language !== outline?.assistant.language);
  const given = flow.properties.translation;
  const map = given !== null && typeof given === "object" && !Array.isArray(given) ? given : {};
  const nameIn = (language: string): string => {
    const entry = map[language];
    return entry !== null && typeof entry === "object" && !Array.isArray(entry) && typeof entry.name === "string" ? entry.name : "";
  };
  return languages.map((language) => (
    <TextField
      key={language}
      label={`${words.translation}: ${language}`}
      value={nameIn(language)}
      onCommit={(text) => edit.set(["translation", language, "name"], text === "" ? undefined : text, words.translation)}
    />
  ));
}
