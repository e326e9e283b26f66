/** A call of another flow, of a tool on an MCP server, or of a sub-agent. */

import { Plus, Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json, Step } from "../api/types";
import { useDoc } from "../document/DocumentProvider";
import { targetOf } from "../canvas/stepWords";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Choice, Field } from "../ui/Field";
import { conditionText } from "./CollectForm";
import { ConditionBuilder } from "./ConditionBuilder";
import { FlowChoice } from "./LinkForm";
import { Section } from "./Section";
import { TextField } from "./TextField";
import { type FieldEdits, useEdit } from "./useEdit";

const words = inspectorStrings.call;
type Kind = keyof typeof words.kinds;
type Row = Record<string, Json>;

function kindOf(step: Step): Kind {
  if (step.fields.mcp_server !== undefined) return "tool";
  return step.fields.exit_if !== undefined ? "agent" : "flow";
}

export function CallForm({ flow, step }: { flow: Flow; step: Step }) {
  const edit = useEdit(flow, step.key);
  const kind = kindOf(step);
  const turnInto = (next: Kind): void => {
    const set = (path: string[], value?: Json) => ({ op: "set_field" as const, flow: flow.id, key: step.key, path, ...(value === undefined ? {} : { value }) });
    const tool = next === "tool" ? [set(["mcp_server"], ""), set(["mapping"], { input: [], output: [] })] : [set(["mcp_server"]), set(["mapping"])];
    const agent = next === "agent" ? [set(["exit_if"], ["slots.done"])] : [set(["exit_if"])];
    edit.send(inspectorStrings.labels.edit(words.kind.toLowerCase()), [...tool, ...agent]);
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
      <TextField label={words.tool} help={words.toolHelp} value={targetOf(step)} onCommit={(text) => edit.set(["call"], text, words.tool)} />
      <TextField
        label={words.server}
        help={words.serverHelp}
        value={typeof step.fields.mcp_server === "string" ? step.fields.mcp_server : ""}
        onCommit={(text) => edit.set(["mcp_server"], text, words.server)}
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
  const mapping = step.fields.mapping;
  const all = mapping !== null && typeof mapping === "object" && !Array.isArray(mapping) ? mapping : {};
  const given = all[side];
  const rows = (Array.isArray(given) ? given : []).filter((row): row is Row => row !== null && typeof row === "object" && !Array.isArray(row));
  const slots = (outline?.slots ?? []).map((each) => ({ value: each.name, hint: each.type }));
  const put = (next: readonly Row[]): void => edit.set(["mapping"], { ...all, [side]: [...next] }, words[side]);
  const change = (index: number, key: string, value: string): void => put(rows.map((row, at) => (at === index ? { ...row, [key]: value } : row)));
  const isInput = side === "input";
  return (
    <div role="group" aria-label={words[side]} className="flex flex-col gap-2">
      <span className="text-xs font-medium">{words[side]}</span>
      {rows.map((row, index) => {
        const valueKey = isInput ? "param" : row.result_key !== undefined ? "result_key" : "value";
        return (
          <div key={index} className="flex items-start gap-1 rounded-md border p-2">
            <div className="flex min-w-0 flex-1 flex-col gap-2">
              <TextField label={isInput ? words.param : words.value} value={String(row[valueKey] ?? "")} onCommit={(text) => change(index, valueKey, text)} />
              <Combobox label={words.slot} value={String(row.slot ?? "")} options={slots} onChange={(value) => change(index, "slot", value)} />
            </div>
            <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => put(rows.filter((_, at) => at !== index))} />
          </div>
        );
      })}
      <Button icon={Plus} onClick={() => put([...rows, isInput ? { param: "name", slot: slots[0]?.value ?? "" } : { slot: slots[0]?.value ?? "", value: "result.content" }])}>
        {isInput ? words.addInput : words.addOutput}
      </Button>
    </div>
  );
}

function Agent({ step, edit }: { step: Step; edit: FieldEdits }) {
  const given = step.fields.exit_if;
  const rows = (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(conditionText);
  const put = (next: readonly string[]): void => edit.set(["exit_if"], next.length === 0 ? undefined : [...next], words.exitIf);
  return (
    <>
      <TextField label={words.agent} help={words.agentHelp} value={targetOf(step)} onCommit={(text) => edit.set(["call"], text, words.agent)} />
      <span className="text-xs font-medium">{words.exitIf}</span>
      {rows.map((row, index) => (
        <div key={index} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <ConditionBuilder text={row} onChange={(text) => put(rows.map((each, at) => (at === index ? text : each)))} />
          </div>
          <IconButton icon={Trash2} label={inspectorStrings.condition.remove} onClick={() => put(rows.filter((_, at) => at !== index))} />
        </div>
      ))}
      <Button icon={Plus} onClick={() => put([...rows, "slots.done"])}>
        {words.addExit}
      </Button>
    </>
  );
}
