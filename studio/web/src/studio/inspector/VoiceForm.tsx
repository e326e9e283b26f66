/** How a step listens: `voice:` of a question. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { mapOf } from "../content/entries";
import { Choice, Field } from "../ui/Field";
import { OtherKeys } from "./OtherKeys";
import { TextField, wholeNumber } from "./TextField";
import type { FieldEdits } from "./useEdit";

const words = inspectorStrings.voice;
type Kind = keyof typeof words.kinds;
const KINDS = Object.keys(words.kinds) as Kind[];
const WITH_LENGTH: readonly string[] = ["digits", "code", "name"];
const KNOWN = ["expects", "length", "wait_ms", "max_turn_ms", "interruptible"];
const LONGEST = 64;
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_TURN_MS = 1_000;
const LONGEST_TURN_MS = 600_000;

export function VoiceForm({ voice, edit }: { voice: Json | undefined; edit: FieldEdits }) {
  const given = mapOf(voice);
  const expects = KINDS.find((kind) => kind === given.expects) ?? "";
  const set = (key: string, value: Json | undefined, what: string): void => edit.set(["voice", key], value, what);
  const tri = given.interruptible === true ? "true" : given.interruptible === false ? "false" : "";
  return (
    <>
      <Field label={words.expects} help={words.expectsHelp}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            value={expects}
            options={[{ value: "" as Kind | "", label: words.auto }, ...KINDS.map((value) => ({ value: value as Kind | "", label: words.kinds[value] }))]}
            onChange={(value) => set("expects", value === "" ? undefined : value, words.expects)}
          />
        )}
      </Field>
      {(WITH_LENGTH.includes(expects) || given.length !== undefined) && (
        <TextField
          label={words.length}
          help={words.lengthHelp}
          value={lengthText(given.length)}
          check={(text) => (lengthOf(text) === "wrong" ? words.lengthWrong : null)}
          onCommit={(text) => {
            const length = lengthOf(text);
            if (length !== "wrong") set("length", length ?? undefined, words.length);
          }}
        />
      )}
      <Milliseconds label={words.wait} help={words.waitHelp} value={given.wait_ms} least={0} most={LONGEST_WAIT_MS} onCommit={(value) => set("wait_ms", value, words.wait)} />
      <Milliseconds label={words.maxTurn} help={words.maxTurnHelp} value={given.max_turn_ms} least={SHORTEST_TURN_MS} most={LONGEST_TURN_MS} onCommit={(value) => set("max_turn_ms", value, words.maxTurn)} />
      <Field label={words.interruptible} help={words.interruptibleHelp}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            value={tri}
            options={(["", "true", "false"] as const).map((value) => ({ value, label: words.tri[value] }))}
            onChange={(value) => set("interruptible", value === "" ? undefined : value === "true", words.interruptible)}
          />
        )}
      </Field>
      <OtherKeys values={given} known={KNOWN} />
    </>
  );
}

interface MillisecondsProps {
  label: string;
  help: string;
  value: Json | undefined;
  least: number;
  most: number;
  onCommit: (value: number | undefined) => void;
}

function Milliseconds({ label, help, value, least, most, onCommit }: MillisecondsProps) {
  return (
    <TextField
      label={label}
      help={help}
      value={typeof value === "number" ? String(value) : ""}
      inputMode="numeric"
      check={(text) => (wholeNumber(text, least, most) === "wrong" ? words.numberWrong(least, most) : null)}
      onCommit={(text) => {
        const number = wholeNumber(text, least, most);
        if (number !== "wrong") onCommit(number ?? undefined);
      }}
    />
  );
}

export function lengthText(value: Json | undefined): string {
  return Array.isArray(value) ? value.join(", ") : typeof value === "number" ? String(value) : "";
}

export function lengthOf(text: string): Json | "wrong" {
  if (text.trim() === "") return null;
  const parts = text.split(",").map((part) => wholeNumber(part, 1, LONGEST));
  if (parts.length > 2 || parts.some((part) => typeof part !== "number")) return "wrong";
  const numbers = parts as number[];
  return numbers.length === 1 ? (numbers[0] ?? null) : numbers.sort((one, other) => one - other);
}
