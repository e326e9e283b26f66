/** A condition as parts that can be chosen; as text where the builder cannot show it, or where text is wanted. */

import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { conditionWords } from "../canvas/conditionWords";
import { inspectorStrings } from "../../strings/en/inspector";
import { wordsOf } from "../api/http";
import type { ConditionTree } from "../api/types";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Choice } from "../ui/Field";
import { toast } from "../ui/toasts";
import { canShow, isLeaf, leafOf, operatorsFor, type Operator, type Row, simplified, WITHOUT_VALUE } from "./conditionTree";
import { SlotValue } from "./SetSlotsForm";
import { TextField } from "./TextField";

const words = inspectorStrings.condition;

interface ConditionBuilderProps {
  text: string;
  onChange: (text: string) => void;
}

export function ConditionBuilder({ text, onChange }: ConditionBuilderProps) {
  const { api, project } = useProject();
  const [isText, setText] = useState(false);
  const { data } = useQuery({
    queryKey: ["condition", project, text],
    queryFn: () => api.parseCondition(text),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  const tree = data?.parsed ?? null;
  const canBuild = text === "" || (tree !== null && canShow(tree));
  const change = (next: ConditionTree): void => {
    api.writeCondition(next).then(onChange, (error: unknown) => toast.error(wordsOf(error)));
  };
  if (isText || (data !== undefined && !canBuild)) {
    return (
      <div className="flex flex-col gap-2">
        <TextField
          label={words.text}
          help={data?.error ?? (canBuild ? words.textHelp : words.cannotShow)}
          value={text}
          isMultiline
          onCommit={onChange}
          testId="condition-text"
        />
        {canBuild && (
          <Button weight="ghost" onClick={() => setText(false)}>
            {words.asParts}
          </Button>
        )}
      </div>
    );
  }
  if (data === undefined) return <div className="skeleton h-8" />;
  return (
    <div className="flex flex-col gap-2" data-testid="condition-builder" role="group" aria-label={text === "" ? words.title : conditionWords(text)}>
      <Group tree={tree} onChange={change} depth={0} />
      <Button weight="ghost" className="self-start" onClick={() => setText(true)}>
        {words.asText}
      </Button>
    </div>
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
      <Button weight="ghost" icon={Plus} className="self-start" onClick={() => put([...group.parts, fresh])}>
        {words.add}
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
        <Combobox label={words.slot} value={row.name} options={(outline?.slots ?? []).map((each) => ({ value: each.name, hint: each.type }))} onChange={pick} testId="condition-slot" />
      ) : (
        <span className="text-xs">{`${words.context}: ${row.name}`}</span>
      )}
      <div className="flex gap-1">
        <Choice label={words.operator} value={row.operator} options={operators.map((value) => ({ value, label: words.operators[value] }))} onChange={choose} />
        {!WITHOUT_VALUE.has(row.operator) && <SlotValue slot={slot} value={row.value} onCommit={(value) => onChange({ ...row, value: value ?? "" })} />}
      </div>
    </div>
  );
}

function firstValue(slot: { readonly type: string; readonly values?: readonly string[] } | undefined): string | number {
  if (slot?.type === "float") return 0;
  return slot?.values?.[0] ?? "";
}
