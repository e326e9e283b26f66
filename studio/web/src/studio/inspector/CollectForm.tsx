/** A question: which slot, what is said, what is refused, and how patiently it listens. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Step } from "../api/types";
import { textOf } from "../content/entries";
import { slotWithQuestion } from "../canvas/gestures";
import { slug } from "../canvas/stepIds";
import { targetOf } from "../canvas/stepWords";
import { useDoc } from "../document/DocumentProvider";
import { optionOf } from "../problems/unreadable";
import { Combobox } from "../ui/Combobox";
import { Check, Field } from "../ui/Field";
import { collectFields, collectPath } from "./collectFields";
import { KeysForm } from "./KeysForm";
import { Rejections } from "./Rejections";
import { ResponseText } from "./ResponseText";
import { Folded, Section } from "./Section";
import { SilenceForm } from "./SilenceForm";
import { TextField } from "./TextField";
import { type FieldEdits, useEdit } from "./useEdit";
import { VoiceForm } from "./VoiceForm";

const words = inspectorStrings.collect;

export function CollectForm({ flow, step }: { flow: Flow; step: Step }) {
  const outline = useDoc((state) => state.outline);
  const plain = useEdit(flow, step.key);
  const fields = collectFields(step);
  // An option inside `collect: {…}` stays there.
  const edit: FieldEdits = { ...plain, set: ([first, ...rest], value, what) => plain.set([...collectPath(step, String(first)), ...rest], value, what) };
  const slot = targetOf(step);
  const utter = textOf(fields.utter) || `utter_ask_${slot}`;
  const flag = (key: string, isOn: boolean): void => edit.set([key], isOn ? true : undefined, key.replace(/_/g, " "));
  const asksByAction = outline?.actions.some((each) => each.name === `action_ask_${slot}`) === true && fields.utter === undefined;
  const create = (given: string): void => {
    const name = slug(given) || "new_slot";
    const has = outline?.responses.some((each) => each.name === `utter_ask_${name}`) === true;
    edit.send(inspectorStrings.labels.createSlot(name), [
      ...slotWithQuestion(name, has),
      { op: "set_field", flow: flow.id, key: step.key, path: collectPath(step, "collect"), value: name },
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
              options={(outline?.slots ?? []).filter(({ name, type }) => type !== "list" || name === slot).map((each) => optionOf(each, each.type))}
              onChange={(value) => edit.set(["collect"], value, words.slot)}
              onCreate={create}
              testId="collect-slot"
            />
          )}
        </Field>
        {asksByAction ? (
          <p className="text-xs text-soft">{words.askedByAction(`action_ask_${slot}`)}</p>
        ) : (
          <ResponseText name={utter} label={words.question} help={words.questionHelp(utter)} testId="question-text" suggestion={`What is the ${slot.replace(/_/g, " ")}?`} />
        )}
        <TextField
          label={words.description}
          help={words.descriptionHelp}
          value={textOf(fields.description)}
          isMultiline
          onCommit={(value) => edit.set(["description"], value === "" ? undefined : value, words.description)}
        />
        <Check label={words.askBeforeFilling} help={words.askBeforeFillingHelp} isChecked={fields.ask_before_filling === true} onChange={(isOn) => flag("ask_before_filling", isOn)} />
        <Check label={words.forceSlotFilling} help={words.forceSlotFillingHelp} isChecked={fields.force_slot_filling === true} onChange={(isOn) => flag("force_slot_filling", isOn)} />
      </Section>
      <Folded title={words.rejections} isOpen={Array.isArray(fields.rejections)}>
        <Rejections
          slot={slot}
          value={fields.rejections}
          onChange={(value, more) => {
            const path = collectPath(step, "rejections");
            edit.send(inspectorStrings.labels.edit(words.rejections.toLowerCase()), [{ op: "set_field", flow: flow.id, key: step.key, path, ...(value === undefined ? {} : { value }) }, ...more]);
          }}
        />
      </Folded>
      <Folded title={inspectorStrings.voice.title} isOpen={["voice", "silence_timeout", "dtmf"].some((key) => key in fields)}>
        <VoiceForm voice={fields.voice} edit={edit} />
        <SilenceForm value={fields.silence_timeout} onChange={(value) => edit.set(["silence_timeout"], value, words.silence)} />
        <KeysForm dtmf={fields.dtmf} edit={edit} />
      </Folded>
      <Folded title={words.utter} isOpen={fields.utter !== undefined || fields.reset_after_flow_ends !== undefined}>
        <Field label={words.utter} help={words.utterHelp}>
          {({ id, describedBy }) => (
            <Combobox
              id={id}
              label={words.utter}
              describedBy={describedBy}
              value={textOf(fields.utter)}
              options={[{ value: "", label: `utter_ask_${slot}` }, ...(outline?.responses ?? []).map((each) => optionOf(each))]}
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
