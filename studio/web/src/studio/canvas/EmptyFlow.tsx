/** A flow without steps: a hint, and how to begin. */

import { Plus, Workflow } from "lucide-react";
import { canvasStrings } from "../../strings/en/canvas";
import { type Flow, START } from "../api/types";
import { Empty } from "../ui/Bits";
import { Button } from "../ui/Button";
import { useCanvasActions } from "./CanvasContext";

export function EmptyFlow({ flow }: { flow: Flow }) {
  const { askInsert, isReadOnly } = useCanvasActions();
  const ask = (event: { clientX: number; clientY: number }): void =>
    askInsert({ from: START, kind: "next", index: 0 }, { x: event.clientX, y: event.clientY });
  return (
    <div className="pointer-events-none absolute inset-x-0 top-24" data-flow={flow.id}>
      <div className="pointer-events-auto mx-auto w-fit rounded-lg border bg-surface">
        <Empty icon={Workflow} title={canvasStrings.emptyFlow.title} hint={canvasStrings.emptyFlow.hint}>
          {!isReadOnly && (
            <Button weight="accent" icon={Plus} onClick={ask} data-testid="first-step">
              {canvasStrings.toolbar.add}
            </Button>
          )}
        </Empty>
      </div>
    </div>
  );
}
