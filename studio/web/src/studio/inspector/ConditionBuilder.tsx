/** A condition as parts that can be chosen; as text where the builder cannot show it, or where text is wanted. */

import { Plus, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { conditionWords } from "../canvas/conditionWords";
import { inspectorStrings } from "../../strings/en/inspector";
import type { ConditionTree } from "../api/types";
import { useDoc, useProject } from "../document/DocumentProvider";
import { unsent } from "../document/unsent";
import { optionOf } from "../problems/unreadable";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Choice, Field, TextArea } from "../ui/Field";
import { toast } from "../ui/toasts";
import { useDraft } from "../ui/useDraft";
import { conditionBegun } from "./conditionsUnderWay";
import { canShow, isLeaf, leafOf, operatorsFor, type Operator, type Row, simplified, WITHOUT_VALUE } from "./conditionTree";
import { SlotValue } from "./SlotValue";
import { useCondition } from "./useCondition";

const words = inspectorStrings.condition;
/** Its words stand under those of the fields, though its frame is not seen. */
const FLUSH = "-ml-3 self-start";

interface ConditionBuilderProps {
  text: string;
  onChange: (text: string) => void;
  /** Clearing the text takes the condition away. */
  isOptional?: boolean;
}

export function ConditionBuilder({ text, onChange, isOptional = false }: ConditionBuilderProps) {
  const [isText, setText] = useState(false);
  const { parsed, tree, change } = useCondition(text, onChange);
  const canBuild = text === "" || (tree !== null && canShow(tree));
  if (isText || (parsed !== undefined && !canBuild)) {
    return (
      <div className="flex flex-col gap-2">
        <ConditionText text={text} fault={parsed?.error ?? null} help={canBuild || parsed?.error !== null ? words.textHelp : words.cannotShow} isOptional={isOptional} onChange={onChange} />
        {canBuild && (
          <Button weight="ghost" className={FLUSH} onClick={() => setText(false)}>
            {words.asParts}
          </Button>
        )}
      </div>
    );
  }
  if (parsed === undefined && tree === null) return <div className="skeleton h-8" />;
  return (
    <div className="flex flex-col gap-2" data-testid="condition-builder" role="group" aria-label={text === "" ? words.title : conditionWords(text)}>
      <Group tree={tree} onChange={change} depth={0} />
      <Button weight="ghost" className={FLUSH} onClick={() => setText(true)}>
        {words.asText}
      </Button>
    </div>
  );
}

interface ConditionTextProps {
  text: string;
  /** What is wrong with the text as it is. */
  fault: string | null;
  help: string;
  isOptional: boolean;
  onChange: (text: string) => void;
}

/** What is no condition is not given on: what is wrong is said at the field. */
function ConditionText({ text, fault, help, isOptional, onChange }: ConditionTextProps) {
  const { api } = useProject();
  const [refused, setRefused] = useState<{ text: string; message: string } | null>(null);
  const number = useRef(0);
  const latest = useRef(onChange);
  latest.current = onChange;
  const shown = useRef(text);
  shown.current = text;
  const take = async (typed: string): Promise<void> => {
    const mine = (number.current += 1);
    const next = typed.trim();
    if (next === "") return isOptional ? latest.current("") : setRefused({ text: typed, message: words.needed });
    const release = unsent();
    const end = conditionBegun();
    // Where nobody can be asked it is written all the same: the list of problems tells later.
    const read = await api.parseCondition(next).catch(() => null);
    if (mine === number.current) {
      if (shown.current !== text) toast.error(inspectorStrings.condition.overtaken);
      else if (read === null || read.error === null) latest.current(next);
      else setRefused({ text: typed, message: read.error });
    }
    end();
    release();
  };
  const draft = useDraft(text, (typed) => void take(typed), true);
  const error = refused?.text === draft.value ? refused.message : draft.value === text ? fault : null;
  return (
    <Field label={words.text} help={help} error={error}>
      {({ id, describedBy }) => <TextArea id={id} aria-describedby={describedBy} aria-invalid={error !== null} data-testid="condition-text" {...draft} />}
    </Field>
  );
}

type GroupTree = { kind: "all" | "any"; parts: readonly ConditionTree[] };

function groupOf(tree: ConditionTree | null): GroupTree {
  if (tree === null) return { kind: "all", parts: [] };
  if (!isLeaf(tree) && "all" in tree) return { kind: "all", parts: tree.all };
  if (!isLeaf(tree) && "any" in tree) return { kind: "any", parts: tree.any };
  return { kind: "all", parts: [tree] };
}

function treeOf(group: GroupTree): ConditionTree {
  const [only] = group.parts;
  if (group.parts.length === 1 && only !== undefined) return only;
  return group.kind === "all" ? { all: group.parts } : { any: group.parts };
}

function Group({ tree, onChange, depth }: { tree: ConditionTree | null; onChange: (tree: ConditionTree) => void; depth: number }) {
  const outline = useDoc((state) => state.outline);
  const group = groupOf(tree);
  const first = outline?.slots[0]?.name ?? "slot";
  const fresh: ConditionTree = leafOf({ about: "slot", name: first, operator: operatorsFor(outline?.slots[0]?.type)[0] ?? "is set", value: null });
  const put = (parts: readonly ConditionTree[]): void => onChange(treeOf({ ...group, parts }));
  return (
    <div className={`flex flex-col gap-2 ${depth > 0 ? "border-l-2 pl-2" : ""}`}>
      {group.parts.length > 1 && (
        <Choice
          label={words.join}
          value={group.kind}
          options={[
            { value: "all", label: words.all },
            { value: "any", label: words.any },
          ]}
          onChange={(kind) => onChange(treeOf({ kind, parts: group.parts }))}
        />
      )}
      {group.parts.map((part, index) => {
        const replace = (next: ConditionTree): void => put(group.parts.map((each, at) => (at === index ? next : each)));
        return (
          <div key={index} className="flex items-start gap-1">
            <div className="min-w-0 flex-1">
              <Part tree={part} onChange={replace} depth={depth} />
            </div>
            {group.parts.length > 1 && <IconButton icon={Trash2} label={words.remove} onClick={() => put(group.parts.filter((_, at) => at !== index))} />}
          </div>
        );
      })}
      <Button weight="ghost" icon={Plus} className={FLUSH} onClick={() => put([...group.parts, fresh])}>
        {group.parts.length === 0 ? words.addFirst : words.add}
      </Button>
    </div>
  );
}

function Part({ tree, onChange, depth }: { tree: ConditionTree; onChange: (tree: ConditionTree) => void; depth: number }) {
  const simple = simplified(tree);
  if (simple !== null && "about" in simple) return <RowForm row={simple} onChange={(row) => onChange(leafOf(row))} />;
  if (!isLeaf(tree) && "not" in tree) {
    return (
      <div className="flex flex-col gap-1">
        <span className="text-xs font-medium">{words.not}</span>
        <Group tree={tree.not} onChange={(inner) => onChange({ not: inner })} depth={depth + 1} />
      </div>
    );
  }
  return <Group tree={tree} onChange={onChange} depth={depth + 1} />;
}

function RowForm({ row, onChange }: { row: Row; onChange: (row: Row) => void }) {
  const outline = useDoc((state) => state.outline);
  const slot = outline?.slots.find((each) => row.about === "slot" && each.name === row.name);
  const allowed = operatorsFor(slot?.type);
  const operators: readonly Operator[] = allowed.includes(row.operator) ? allowed : [row.operator, ...allowed];
  const pick = (name: string): void => {
    const type = outline?.slots.find((each) => each.name === name)?.type;
    const possible = operatorsFor(type);
    const operator = possible.includes(row.operator) ? row.operator : (possible[0] ?? "is set");
    onChange({ about: "slot", name, operator, value: slot?.type === type ? row.value : null });
  };
  const choose = (operator: Operator): void => {
    const value = WITHOUT_VALUE.has(operator) ? null : (row.value ?? firstValue(slot));
    onChange({ ...row, operator, value });
  };
  return (
    <div className="flex flex-col gap-1">
      {row.about === "slot" ? (
        <Combobox label={words.slot} value={row.name} options={(outline?.slots ?? []).map((each) => optionOf(each, each.type))} onChange={pick} testId="condition-slot" />
      ) : (
        <span className="text-xs">{`${words.context}: ${row.name}`}</span>
      )}
      <div className="grid grid-cols-2 items-start gap-1">
        <Choice label={words.operator} value={row.operator} options={operators.map((value) => ({ value, label: words.operators[value] }))} onChange={choose} />
        {!WITHOUT_VALUE.has(row.operator) && <SlotValue slot={slot} value={row.value} isNeeded onCommit={(value) => onChange({ ...row, value })} />}
      </div>
    </div>
  );
}

function firstValue(slot: { readonly type: string; readonly values?: readonly string[] } | undefined): string | number {
  if (slot?.type === "float") return 0;
  return slot?.values?.[0] ?? "";
}
