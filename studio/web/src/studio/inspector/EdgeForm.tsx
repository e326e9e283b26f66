/** The form of a selected line: its condition, and where it leads. */

import { Trash2 } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { EdgeAt, Flow } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { edgeDeletion } from "../canvas/gestures";
import { titleOf } from "../canvas/stepWords";
import { Button } from "../ui/Button";
import { TargetField } from "./Branches";
import { ConditionBuilder } from "./ConditionBuilder";
import { afterConditions } from "./conditionsUnderWay";
import { Section } from "./Section";
import { useEdit } from "./useEdit";

export function EdgeForm({ flow, at }: { flow: Flow; at: EdgeAt }) {
  const edit = useEdit(flow, at.from);
  const { select, selectEdge, remove } = useCanvasActions();
  const edge = flow.edges.find((each) => each.from === at.from && each.kind === at.kind && each.index === at.index);
  const step = flow.steps.find((each) => each.key === at.from);
  const removeThis = (): void =>
    afterConditions(() => {
      selectEdge(at); // the person may have gone on meanwhile
      remove();
    });
  if (edge === undefined) return <p className="border-t p-4 text-sm text-soft">{inspectorStrings.nothing}</p>;
  return (
    <Section
      title={step === undefined ? inspectorStrings.branches.title : titleOf(step)}
      aside={
        step === undefined ? null : (
          <Button weight="ghost" onClick={() => select([at.from])}>
            {inspectorStrings.branches.all}
          </Button>
        )
      }
    >
      {edge.kind === "else" && <p className="text-sm">{inspectorStrings.branches.otherwise}</p>}
      {edge.kind === "if" && (
        <ConditionBuilder
          text={edge.condition ?? ""}
          onChange={(text) =>
            edit.send(inspectorStrings.labels.condition, [{ op: "set_field", flow: flow.id, key: at.from, path: ["next", at.index, "if"], value: text }])
          }
        />
      )}
      <TargetField flow={flow} from={at.from} edge={edge} />
      {edgeDeletion(flow, at).length > 0 && (
        <Button icon={Trash2} onClick={removeThis}>
          {inspectorStrings.branches.remove}
        </Button>
      )}
    </Section>
  );
}
