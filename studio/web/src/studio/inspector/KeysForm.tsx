/** Answers by the keys of a telephone. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { isMap } from "../content/entries";
import { Check, Choice, Field } from "../ui/Field";
import { TextField, wholeNumber } from "./TextField";
import type { FieldEdits } from "./useEdit";

const words = inspectorStrings.collect;
type Way = keyof typeof words.dtmfOptions;
const WAYS: readonly Way[] = ["none", "length", "finish"];
const FINISHES = [..."#*0123456789ABCD"].map((value) => ({ value, label: value }));
const MOST_KEYS = 64;

export function KeysForm({ dtmf, edit }: { dtmf: Json | undefined; edit: FieldEdits }) {
  const given = isMap(dtmf) ? dtmf : undefined;
  const way: Way = given === undefined ? "none" : given.length !== undefined ? "length" : "finish";
  const choose = (next: Way): void => {
    const kept: Record<string, Json> = given?.allow_audio_input === undefined ? {} : { allow_audio_input: given.allow_audio_input };
    const value = next === "none" ? undefined : next === "length" ? { length: 4, ...kept } : { finish_on_key: "#", ...kept };
    edit.set(["dtmf"], value, words.dtmf);
  };
  const length = typeof given?.length === "number" ? String(given.length) : "";
  return (
    <>
      <Field label={words.dtmf} help={words.dtmfHelp}>
        {({ id, describedBy }) => (
          <Choice id={id} describedBy={describedBy} value={way} options={WAYS.map((value) => ({ value, label: words.dtmfOptions[value] }))} onChange={choose} />
        )}
      </Field>
      {way === "length" && (
        <TextField
          label={words.dtmfLength}
          value={length}
          inputMode="numeric"
          check={(text) => (typeof wholeNumber(text, 1, MOST_KEYS) === "number" ? null : inspectorStrings.voice.numberWrong(1, MOST_KEYS))}
          onCommit={(text) => edit.set(["dtmf", "length"], Number(text), words.dtmfLength)}
        />
      )}
      {way === "finish" && (
        <Field label={words.dtmfFinish}>
          {({ id }) => (
            <Choice id={id} value={String(given?.finish_on_key ?? "#")} options={FINISHES} onChange={(value) => edit.set(["dtmf", "finish_on_key"], value, words.dtmfFinish)} />
          )}
        </Field>
      )}
      {way !== "none" && (
        <Check
          label={words.dtmfAudio}
          isChecked={given?.allow_audio_input !== false}
          onChange={(isOn) => edit.set(["dtmf", "allow_audio_input"], isOn ? undefined : false, words.dtmfAudio)}
        />
      )}
    </>
  );
}
