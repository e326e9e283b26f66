/** A question: which slot, what is said, what is refused, and how patiently it listens. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json, Step } from "../api/types";
import { slotWithQuestion } from "../canvas/gestures";
import { slug } from "../canvas/stepIds";
import { targetOf } from "../canvas/stepWords";
import { useDoc } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Check, Field } from "../ui/Field";
import { ConditionBuilder } from "./ConditionBuilder";
import { KeysForm } from "./KeysForm";
import { ResponseText } from "./ResponseText";
import { Folded, Section } from "./Section";
import { TextField } from "./TextField";
import { type FieldEdits, useEdit } from "./useEdit";
import { VoiceForm } from "./VoiceForm";

const words = inspectorStrings.collect;

export function CollectForm({ flow, step }: { flow: Flow; step: Step }) {
  const outline = useDoc((state) => state.outline);
  const edit = useEdit(flow, step.key);
  const { fields } = step;
  const slot = targetOf(step);
  const utter = typeof fields.utter === "string" ? fields.utter : `utter_ask_${slot}`;
  const text = (key: string): string => (typeof fields[key] === "string" ? (fields[key] as string) : "");
  const flag = (key: string, isOn: boolean): void => edit.set([key], isOn ? true : undefined, key.replace(/_/g, " "));
  const asksByAction = outline?.actions.some((each) => each.name === `action_ask_${slot}`) === true && fields.utter === undefined;
  const create = (given: string): void => {
    const name = slug(given) || "new_slot";
    const has = outline?.responses.some((each) => each.name === `utter_ask_${name}`) === true;
    edit.send(inspectorStrings.labels.createSlot(name), [
      ...slotWithQuestion(name, has),
      { op: "set_field", flow: flow.id, key: step.key, path: ["collect"], value: name },
    ]);
  };
  return (
    <>
      <Section title={words.question}>
        <Field label={words.slot} help={words.slotHelp}>
          {({ id, describedBy }) => (
            <Combobox
              id={id}
              label={words.slot}
              describedBy={describedBy}
              value={slot}
              options={(outline?.slots ?? []).map((each) => ({ value: each.name, hint: each.type }))}
              onChange={(value) => edit.set(["collect"], value, words.slot)}
              onCreate={create}
              testId="collect-slot"
            />
          )}
        </Field>
        {asksByAction ? (
          <p className="text-xs text-soft">{words.noQuestion(utter)}</p>
        ) : (
          <ResponseText name={utter} label={words.question} help={words.questionHelp(utter)} testId="question-text" suggestion={`What is the ${slot.replace(/_/g, " ")}?`} />
        )}
        <TextField
          label={words.description}
          help={words.descriptionHelp}
          value={text("description")}
          isMultiline
          onCommit={(value) => edit.set(["description"], value === "" ? undefined : value, words.description)}
        />
        <Check label={words.askBeforeFilling} help={words.askBeforeFillingHelp} isChecked={fields.ask_before_filling === true} onChange={(isOn) => flag("ask_before_filling", isOn)} />
        <Check label={words.forceSlotFilling} help={words.forceSlotFillingHelp} isChecked={fields.force_slot_filling === true} onChange={(isOn) => flag("force_slot_filling", isOn)} />
      </Section>
      <Folded title={words.rejections} isOpen={Array.isArray(fields.rejections)}>
        <Rejections step={step} edit={edit} />
      </Folded>
      <Folded title={inspectorStrings.voice.title} isOpen={fields.voice !== undefined}>
        <VoiceForm voice={fields.voice} edit={edit} />
        <Silence value={fields.silence_timeout} edit={edit} />
        <KeysForm dtmf={fields.dtmf} edit={edit} />
      </Folded>
      <Folded title={words.utter} isOpen={fields.utter !== undefined || fields.reset_after_flow_ends !== undefined}>
        <Field label={words.utter} help={words.utterHelp}>
          {({ id, describedBy }) => (
            <Combobox
              id={id}
              label={words.utter}
              describedBy={describedBy}
              value={text("utter")}
              options={[{ value: "", label: `utter_ask_${slot}` }, ...(outline?.responses ?? []).map((each) => ({ value: each.name }))]}
              onChange={(value) => edit.set(["utter"], value === "" ? undefined : value, words.utter)}
            />
          )}
        </Field>
        <Check
          label={words.resetAfterFlowEnds}
          help={words.resetAfterFlowEndsHelp}
          isChecked={fields.reset_after_flow_ends !== false}
          onChange={(isOn) => edit.set(["reset_after_flow_ends"], isOn ? undefined : false, words.resetAfterFlowEnds)}
        />
      </Folded>
    </>
  );
}

function Rejections({ step, edit }: { step: Step; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const given = step.fields.rejections;
  const rows = Array.isArray(given) ? given : [];
  const slot = targetOf(step);
  const put = (next: readonly Json[]): void => edit.set(["rejections"], next.length === 0 ? undefined : [...next], words.rejections);
  const responses = (outline?.responses ?? []).map((each) => ({ value: each.name }));
  return (
    <>
      <p className="text-xs text-soft">{words.rejectionsHelp}</p>
      {rows.map((row, index) => {
        const entry = row !== null && typeof row === "object" && !Array.isArray(row) ? row : {};
        const change = (key: string, value: Json): void => put(rows.map((each, at) => (at === index ? { ...entry, [key]: value } : each)));
        return (
          <div key={index} role="group" aria-label={words.rejection(index + 1)} className="flex flex-col gap-2 rounded-md border p-2">
            <div className="flex items-center justify-between">
              <span className="text-xs font-medium">{words.rejectionIf}</span>
              <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => put(rows.filter((_, at) => at !== index))} />
            </div>
            <ConditionBuilder text={conditionText(entry.if)} onChange={(text) => change("if", text)} />
            <span className="text-xs font-medium">{words.rejectionUtter}</span>
            <Combobox label={words.rejectionUtter} value={typeof entry.utter === "string" ? entry.utter : ""} options={responses} onChange={(value) => change("utter", value)} onCreate={(name) => change("utter", name)} />
          </div>
        );
      })}
      <Button icon={Plus} onClick={() => put([...rows, { if: `slots.${slot} is null`, utter: `utter_invalid_${slot}` }])}>
        {words.addRejection}
      </Button>
    </>
  );
}

export function conditionText(value: Json | undefined): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
}

function Silence({ value, edit }: { value: Json | undefined; edit: FieldEdits }) {
  if (value !== undefined && typeof value !== "number" && typeof value !== "string") {
    return <p className="text-xs text-soft">{`${words.silence}: ${words.silenceMap}`}</p>;
  }
  const check = (text: string): string | null => {
    const seconds = Number(text);
    return text.trim() === "" || (Number.isFinite(seconds) && seconds > 0 && seconds <= 600) ? null : inspectorStrings.voice.numberWrong(1, 600);
  };
  return (
    <TextField
      label={words.silence}
      help={words.silenceHelp}
      value={value === undefined ? "" : String(value)}
      check={check}
      inputMode="numeric"
      onCommit={(text) => edit.set(["silence_timeout"], text.trim() === "" ? undefined : Number(text), words.silence)}
    />
  );
}
