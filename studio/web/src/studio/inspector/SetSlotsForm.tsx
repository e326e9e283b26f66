/** Slots that a step sets or clears. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json, Step } from "../api/types";
import { slotWithQuestion } from "../canvas/gestures";
import { slug } from "../canvas/stepIds";
import { assignments } from "../canvas/stepWords";
import { useDoc } from "../document/DocumentProvider";
import { optionOf } from "../problems/unreadable";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Section } from "./Section";
import { SlotValue } from "./SlotValue";
import { useEdit } from "./useEdit";

const words = inspectorStrings.setSlots;
type Pair = readonly [string, Json];

export function SetSlotsForm({ flow, step }: { flow: Flow; step: Step }) {
  const outline = useDoc((state) => state.outline);
  const edit = useEdit(flow, step.key);
  const rows = assignments(step);
  const list = (next: readonly Pair[]): Json => next.map(([slot, value]): Json => ({ [slot]: value }));
  const put = (next: readonly Pair[]): void => edit.set(["set_slots"], list(next), words.title);
  const options = (outline?.slots ?? []).map((each) => optionOf(each, each.type));
  const free = options.find((option) => !rows.some(([slot]) => slot === option.value));
  const create = (index: number, given: string): void => {
    const name = slug(given) || "new_slot";
    const next = rows.map((row, at): Pair => (at === index ? [name, row[1]] : row));
    edit.send(inspectorStrings.labels.createSlot(name), [
      ...slotWithQuestion(name, true),
      { op: "set_field", flow: flow.id, key: step.key, path: ["set_slots"], value: list(next) },
    ]);
  };
  return (
    <Section title={words.title} hint={words.help}>
      {rows.map(([slot, value], index) => (
        <div key={`${slot}-${index}`} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-1 rounded-md border p-2">
          <Combobox
            label={words.slot}
            value={slot}
            options={options}
            onChange={(next) => put(rows.map((row, at): Pair => (at === index ? [next, row[1]] : row)))}
            onCreate={(name) => create(index, name)}
          />
          <IconButton icon={Trash2} label={words.remove(slot)} disabled={rows.length === 1} onClick={() => put(rows.filter((_, at) => at !== index))} />
          <div className="flex items-start gap-2">
            <span className="text-sm leading-8 text-soft" aria-hidden="true">
              =
            </span>
            <div className="min-w-0 flex-1">
              <SlotValue
                slot={outline?.slots.find((each) => each.name === slot)}
                value={value}
                onCommit={(next) => put(rows.map((row, at): Pair => (at === index ? [row[0], next] : row)))}
              />
            </div>
          </div>
        </div>
      ))}
      <Button icon={Plus} disabled={free === undefined} onClick={() => free !== undefined && put([...rows, [free.value, null]])}>
        {words.add}
      </Button>
    </Section>
  );
}
