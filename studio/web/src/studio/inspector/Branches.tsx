/** How a step goes on: to one step, or by branches with conditions. */

import { ArrowDown, ArrowUp, GitFork, Plus, Trash2 } from "lucide-react";
import { canvasStrings } from "../../strings/en/canvas";
import { inspectorStrings } from "../../strings/en/inspector";
import { type Command, type Edge, END, type Flow, type Step } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { firstCondition, refusal } from "../canvas/connectRules";
import { outgoingOf } from "../canvas/graph";
import { titleOf } from "../canvas/stepWords";
import { useDoc } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Field } from "../ui/Field";
import { ConditionBuilder } from "./ConditionBuilder";
import { Section } from "./Section";
import { useAfterConditions } from "./conditionsUnderWay";
import { useEdit } from "./useEdit";

const words = inspectorStrings.branches;

export function Branches({ flow, step }: { flow: Flow; step: Step }) {
  const edit = useEdit(flow, step.key);
  const outline = useDoc((state) => state.outline);
  const send = useAfterConditions((command: Command): void => edit.send(inspectorStrings.labels.branch, [command]));
  if (step.type === "link" || step.type === "unknown") return null;
  const ways = outgoingOf(flow, step.key);
  const ifs = ways.filter((edge) => edge.kind === "if");
  // Without one in the file the server still tells where it goes on: that one can be written, not removed.
  const hasElse = ways.some((edge) => edge.kind === "else" && !edge.is_implicit);
  const isPlain = ways.every((edge) => edge.kind === "next");
  const addBranch = (): void => {
    const condition = firstCondition(flow, step.key, (name) => outline?.slots.find((slot) => slot.name === name)?.type);
    const to = ways.at(-1)?.to ?? END;
    send({ op: "connect", flow: flow.id, from: step.key, kind: "if", index: ifs.length, to, condition });
  };
  return (
    <Section title={words.title} {...(isPlain ? {} : { hint: words.help })}>
      {isPlain ? (
        <TargetField flow={flow} from={step.key} edge={ways[0]} />
      ) : (
        <ol className="flex flex-col gap-3">
          {ways.map((edge) => (
            <li key={`${edge.kind}-${edge.index}`} className="flex flex-col gap-2 rounded-md border p-2" data-testid={`branch-${edge.index}`}>
              <div className="flex items-center gap-1">
                <span className="flex-1 text-xs font-medium">{edge.kind === "else" ? words.otherwise : words.branch(edge.index + 1)}</span>
                {edge.kind === "if" && ifs.length > 1 && (
                  <>
                    <IconButton icon={ArrowUp} label={words.up} disabled={edge.index === 0} onClick={() => send({ op: "move_branch", flow: flow.id, from: step.key, index: edge.index, to_index: edge.index - 1 })} />
                    <IconButton icon={ArrowDown} label={words.down} disabled={edge.index === ifs.length - 1} onClick={() => send({ op: "move_branch", flow: flow.id, from: step.key, index: edge.index, to_index: edge.index + 1 })} />
                  </>
                )}
                {!edge.is_implicit && <IconButton icon={Trash2} label={words.remove} onClick={() => send({ op: "delete_branch", flow: flow.id, from: step.key, index: edge.index })} />}
              </div>
              {edge.kind === "if" && (
                <ConditionBuilder
                  text={edge.condition ?? ""}
                  onChange={(text) => edit.send(inspectorStrings.labels.condition, [{ op: "set_field", flow: flow.id, key: step.key, path: ["next", edge.index, "if"], value: text }])}
                />
              )}
              <TargetField flow={flow} from={step.key} edge={edge} />
            </li>
          ))}
        </ol>
      )}
      <div className="flex flex-wrap gap-2">
        <Button icon={isPlain ? GitFork : Plus} onClick={addBranch} data-testid="add-branch">
          {words.add}
        </Button>
        {!isPlain && !hasElse && (
          <Button icon={Plus} onClick={() => send({ op: "connect", flow: flow.id, from: step.key, kind: "else", index: ifs.length, to: END })}>
            {words.addElse}
          </Button>
        )}
      </div>
    </Section>
  );
}

/** Where one way leads. */
export function TargetField({ flow, from, edge }: { flow: Flow; from: string; edge: Edge | undefined }) {
  const { connect } = useCanvasActions();
  const way = { from, kind: edge?.kind ?? "next", index: edge?.index ?? 0 } as const;
  const value = edge?.to ?? (edge?.to_id ?? END);
  const options = [
    { value: END, label: words.end },
    ...flow.steps
      .filter((step) => step.key === value || refusal(flow, way, step.key) === null)
      .map((step) => ({ value: step.key, label: titleOf(step), hint: step.id ?? undefined })),
    ...(edge !== undefined && edge.to === null ? [{ value, label: canvasStrings.edge.missing(value) }] : []),
  ];
  return (
    <Field label={words.target} help={edge?.is_implicit === true ? (value === END ? words.none : words.implicit) : null}>
      {({ id, describedBy }) => (
        <Combobox id={id} label={words.target} describedBy={describedBy} value={value} options={options} isInvalid={edge !== undefined && edge.to === null} onChange={(to) => connect(way, to, false)} testId={`target-${way.kind}-${way.index}`} />
      )}
    </Field>
  );
}
