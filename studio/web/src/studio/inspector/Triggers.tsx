/** Intents that start a flow. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";
import { withoutAt } from "../content/entries";
import { useDoc } from "../document/DocumentProvider";
import { optionOf } from "../problems/unreadable";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { TextField } from "./TextField";
import { type Trigger, triggersOf, triggersValue } from "./triggerRows";
import type { FieldEdits } from "./useEdit";

const words = inspectorStrings.flow;

function fault(text: string): string | null {
  const number = Number(text);
  return text.trim() === "" || (number >= 0 && number <= 1) ? null : words.thresholdWrong;
}

export function Triggers({ given, edit }: { given: Json | undefined; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const rows = triggersOf(given);
  const put = (next: readonly Trigger[]): void => edit.set(["nlu_trigger"], triggersValue(next), words.triggers);
  const intents = (outline?.intents ?? []).map((each) => optionOf(each));
  const change = (index: number, next: Partial<Trigger>): void => put(rows.map((row, at) => (at === index ? { ...row, ...next } : row)));
  const free = intents.find(({ value }) => !rows.some(({ intent }) => intent === value));
  return (
    <>
      <p className="text-xs text-soft">{words.triggersHelp}</p>
      {rows.map((row, index) => (
        <div key={`${index}-${rows.length}`} role="group" aria-label={words.trigger(index + 1)} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <Combobox label={words.intent} value={row.intent} options={intents} onChange={(intent) => change(index, { intent })} onCreate={(intent) => change(index, { intent })} />
          </div>
          <div className="w-28">
            <TextField
              label={words.threshold}
              value={row.threshold === null ? "" : String(row.threshold)}
              inputMode="numeric"
              check={fault}
              onCommit={(text) => change(index, { threshold: text.trim() === "" ? null : Number(text) })}
            />
          </div>
          <IconButton icon={Trash2} label={words.removeTrigger(row.intent)} onClick={() => put(withoutAt(rows, index))} />
        </div>
      ))}
      <Button icon={Plus} onClick={() => put([...rows, { intent: free?.value ?? "new_intent", threshold: null, raw: null }])}>
        {words.addTrigger}
      </Button>
    </>
  );
}
