/** A call of another flow, of a tool on an MCP server, or of a sub-agent. */

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Command, Flow, Json, Outline, Step } from "../api/types";
import { isMap, type JsonMap, listOf, mapOf, replacedAt, textOf, withoutAt } from "../content/entries";
import { useDoc } from "../document/DocumentProvider";
import { targetOf } from "../canvas/stepWords";
import { optionOf } from "../problems/unreadable";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Choice, Field } from "../ui/Field";
import { ConditionBuilder } from "./ConditionBuilder";
import { FlowChoice } from "./LinkForm";
import { Section } from "./Section";
import { TextField } from "./TextField";
import { useAfterConditions } from "./conditionsUnderWay";
import { conditionOf } from "./conditionTree";
import { type FieldEdits, useEdit } from "./useEdit";

const words = inspectorStrings.call;
type Kind = keyof typeof words.kinds;
/** Keys that a call of another kind leaves behind. */
const UNWANTED: Readonly<Record<Kind, readonly string[]>> = { flow: ["mcp_server", "mapping", "effect", "exit_if"], tool: ["exit_if"], agent: ["mcp_server", "mapping", "effect"] };
const needed = (text: string): string | null => (text.trim() === "" ? words.nameNeeded : null);

function kindOf(step: Step, outline: Outline | null): Kind {
  if (step.fields.mcp_server !== undefined) return "tool";
  const isAgent = step.fields.exit_if !== undefined || outline?.files.some(({ path }) => path.startsWith(`sub_agents/${targetOf(step)}/`)) === true;
  return isAgent ? "agent" : "flow";
}

export function CallForm({ flow, step }: { flow: Flow; step: Step }) {
  const edit = useEdit(flow, step.key);
  const outline = useDoc((state) => state.outline);
  const found = kindOf(step, outline);
  // A sub-agent without conditions looks like a flow in the file: what it was is kept while the form is open.
  const [chosen, setChosen] = useState<Kind>(found);
  const kind = found === "flow" && chosen === "agent" ? "agent" : found;
  const turnInto = (next: Kind): void => {
    setChosen(next);
    const at = { op: "set_field", flow: flow.id, key: step.key } as const;
    const commands: Command[] = UNWANTED[next].filter((key) => key in step.fields).map((key) => ({ ...at, path: [key] }));
    if (next === "tool") commands.push({ ...at, path: ["mcp_server"], value: "" }, { ...at, path: ["mapping"], value: { input: [], output: [] } });
    if (commands.length > 0) edit.send(inspectorStrings.labels.edit(words.kind.toLowerCase()), commands);
  };
  return (
    <Section title={words.kind}>
      <Choice label={words.kind} value={kind} options={(["flow", "tool", "agent"] as const).map((value) => ({ value, label: words.kinds[value] }))} onChange={turnInto} />
      {kind === "flow" && <FlowChoice flow={flow} step={step} kind="call" />}
      {kind === "tool" && <Tool step={step} edit={edit} />}
      {kind === "agent" && <Agent step={step} edit={edit} />}
    </Section>
  );
}

function Tool({ step, edit }: { step: Step; edit: FieldEdits }) {
  const effects = inspectorStrings.action.effects;
  const effect = (["", "none", "read", "write"] as const).find((each) => each === step.fields.effect) ?? "";
  return (
    <>
      <TextField label={words.tool} help={words.toolHelp} value={targetOf(step)} check={needed} onCommit={(text) => edit.set(["call"], text.trim(), words.tool)} />
      <TextField
        label={words.server}
        help={words.serverHelp}
        value={textOf(step.fields.mcp_server)}
        check={needed}
        onCommit={(text) => edit.set(["mcp_server"], text.trim(), words.server)}
      />
      <Mapping side="input" step={step} edit={edit} />
      <Mapping side="output" step={step} edit={edit} />
      <Field label={inspectorStrings.action.effect} help={inspectorStrings.action.effectHelp}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            value={effect}
            options={(["", "none", "read", "write"] as const).map((value) => ({ value, label: effects[value] }))}
            onChange={(value) => edit.set(["effect"], value === "" ? undefined : value, inspectorStrings.action.effect)}
          />
        )}
      </Field>
    </>
  );
}

function Mapping({ side, step, edit }: { side: "input" | "output"; step: Step; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const all = mapOf(step.fields.mapping);
  const rows = listOf(all[side]).filter(isMap);
  const slots = (outline?.slots ?? []).map((each) => optionOf(each, each.type));
  // Both sides are always there, also empty: the format wants the map.
  const put = (next: readonly JsonMap[]): void => edit.set(["mapping"], { input: [], output: [], ...all, [side]: next.map((row): Json => ({ ...row })) }, words[side]);
  const change = (index: number, key: string, value: string): void => put(rows.map((row, at) => (at === index ? { ...row, [key]: value } : row)));
  const isInput = side === "input";
  return (
    <div role="group" aria-label={words[side]} className="flex flex-col gap-2">
      <span className="text-xs font-medium">{words[side]}</span>
      {rows.map((row, index) => {
        const valueKey = isInput ? "param" : row.result_key !== undefined ? "result_key" : "value";
        return (
          <div key={`${index}-${rows.length}`} role="group" aria-label={words.row(words[side], index + 1)} className="flex items-start gap-1 rounded-md border p-2">
            <div className="flex min-w-0 flex-1 flex-col gap-2">
              <TextField label={isInput ? words.param : words.value} value={textOf(row[valueKey])} check={needed} onCommit={(text) => change(index, valueKey, text)} />
              <Combobox label={words.slot} value={textOf(row.slot)} options={slots} onChange={(value) => change(index, "slot", value)} />
            </div>
            <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => put(withoutAt(rows, index))} />
          </div>
        );
      })}
      <Button icon={Plus} className="self-start" onClick={() => put([...rows, isInput ? { param: "name", slot: slots[0]?.value ?? "" } : { slot: slots[0]?.value ?? "", value: "result.content" }])}>
        {isInput ? words.addInput : words.addOutput}
      </Button>
    </div>
  );
}

function Agent({ step, edit }: { step: Step; edit: FieldEdits }) {
  const outline = useDoc((state) => state.outline);
  const rows = listOf(step.fields.exit_if).map(conditionOf);
  const first = outline?.slots.find(({ type }) => type === "bool") ?? outline?.slots[0];
  const put = (next: readonly string[]): void => edit.set(["exit_if"], next.length === 0 ? undefined : [...next], words.exitIf);
  const remove = useAfterConditions((index: number): void => put(withoutAt(rows, index)));
  const add = useAfterConditions((): void => put([...rows, `slots.${first?.name ?? "done"}`]));
  return (
    <>
      <TextField label={words.agent} help={words.agentHelp} value={targetOf(step)} check={needed} onCommit={(text) => edit.set(["call"], text.trim(), words.agent)} />
      <div className="flex flex-col gap-1">
        <span className="text-xs font-medium">{words.exitIf}</span>
        <p className="text-xs text-soft">{words.exitIfHelp}</p>
      </div>
      {rows.map((row, index) => (
        <div key={index} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <ConditionBuilder text={row} onChange={(text) => put(replacedAt(rows, index, text))} />
          </div>
          <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => remove(index)} />
        </div>
      ))}
      <Button icon={Plus} onClick={add}>
        {words.addExit}
      </Button>
    </>
  );
}
