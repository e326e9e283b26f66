/** What a question refuses, and what is said then. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Command, Json } from "../api/types";
import { newResponse } from "../canvas/gestures";
import { type JsonMap, listOf, mapOf, replacedAt, textOf, withoutAt } from "../content/entries";
import { useDoc } from "../document/DocumentProvider";
import { optionOf } from "../problems/unreadable";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { ConditionBuilder } from "./ConditionBuilder";
import { useAfterConditions } from "./conditionsUnderWay";
import { conditionOf } from "./conditionTree";
import { ResponseText } from "./ResponseText";

const words = inspectorStrings.collect;

interface RejectionsProps {
  slot: string;
  value: Json | undefined;
  help?: string;
  /** `more`: what has to be made for it, in the same gesture. */
  onChange: (value: Json | undefined, more: readonly Command[]) => void;
}

export function Rejections({ slot, value, help = words.rejectionsHelp, onChange }: RejectionsProps) {
  const outline = useDoc((state) => state.outline);
  const rows = listOf(value).map(mapOf);
  const put = (next: readonly JsonMap[], more: readonly Command[] = []): void => onChange(next.length === 0 ? undefined : next.map((row): Json => ({ ...row })), more);
  const responses = (outline?.responses ?? []).map((each) => optionOf(each));
  /** A response that is named and not there yet is made along with it. */
  const making = (name: string): readonly Command[] => (responses.some((each) => each.value === name) ? [] : [newResponse(name, words.rejectionText)]);
  const say = (index: number, name: string): void => put(replacedAt(rows, index, { ...rows[index], utter: name }), making(name));
  const remove = useAfterConditions((index: number): void => put(withoutAt(rows, index)));
  const add = useAfterConditions((): void => {
    const utter = `utter_invalid_${slot}`;
    put([...rows, { if: `slots.${slot} is null`, utter }], making(utter));
  });
  return (
    <>
      <p className="text-xs text-soft">{help}</p>
      {rows.map((row, index) => {
        const utter = textOf(row.utter);
        return (
          <div key={index} role="group" aria-label={words.rejection(index + 1)} className="flex flex-col gap-2 rounded-md border p-2">
            <div className="flex items-center justify-between">
              <span className="text-xs font-medium">{words.rejectionIf}</span>
              <IconButton icon={Trash2} label={words.removeRejection(index + 1)} onClick={() => remove(index)} />
            </div>
            <ConditionBuilder text={conditionOf(row.if)} onChange={(text) => put(replacedAt(rows, index, { ...row, if: text }))} />
            <span className="text-xs font-medium">{words.rejectionUtter}</span>
            <Combobox label={words.rejectionUtter} value={utter} options={responses} onChange={(name) => say(index, name)} onCreate={(name) => say(index, responseName(name))} />
            {utter !== "" && <ResponseText name={utter} label={words.rejectionWords} help={null} testId={`rejection-text-${index + 1}`} suggestion={words.rejectionText} />}
          </div>
        );
      })}
      <Button icon={Plus} onClick={add}>
        {words.addRejection}
      </Button>
    </>
  );
}

/** What a person typed, as the name of a response. */
export function responseName(typed: string): string {
  const plain = typed.trim().replace(/[^\p{L}\p{N}_]+/gu, "_");
  return plain.startsWith("utter_") ? plain : `utter_${plain}`;
}
