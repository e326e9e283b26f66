/** The tools at the foot of the canvas. */

import { useReactFlow } from "@xyflow/react";
import { FlaskConical, Maximize, Minus, Plus, PlusSquare, Redo2, Undo2, WandSparkles } from "lucide-react";
import { canvasStrings } from "../../strings/en/canvas";
import { coverageStrings } from "../../strings/en/coverage";
import { useCoverageUi } from "../coverage/useCoverage";
import { useDoc } from "../document/DocumentProvider";
import { afterConditions } from "../inspector/conditionsUnderWay";
import { IconButton } from "../ui/Button";
import { useCanvasActions } from "./CanvasContext";

const words = canvasStrings.toolbar;

export function CanvasToolbar({ onFit }: { onFit: () => void }) {
  const { zoomIn, zoomOut } = useReactFlow();
  const actions = useCanvasActions();
  const past = useDoc((state) => state.history.past.at(-1));
  const future = useDoc((state) => state.history.future.at(-1));
  const undo = useDoc((state) => state.undo);
  const redo = useDoc((state) => state.redo);
  const hasQueue = useDoc((state) => state.queue.length > 0);
  const { isShown: isHeatShown, setShown } = useCoverageUi();
  return (
    <div
      role="toolbar"
      aria-label={words.label}
      className="absolute bottom-4 left-4 z-10 flex max-w-[calc(100%-2rem)] flex-wrap items-center gap-1 rounded-md border bg-surface p-1 shadow-sm"
    >
      {!actions.isReadOnly && (
        <>
          <IconButton icon={PlusSquare} label={words.add} shortcut="A" data-testid="tool-add" onClick={actions.askAdd} />
          <IconButton
            icon={Undo2}
            label={past === undefined ? words.undo : words.undoThis(past.label)}
            shortcut="Ctrl+Z"
            data-testid="tool-undo"
            disabled={past === undefined && !hasQueue}
            onClick={() => afterConditions(() => void undo())}
          />
          <IconButton
            icon={Redo2}
            label={future === undefined ? words.redo : words.redoThis(future.label)}
            shortcut="Ctrl+Shift+Z"
            data-testid="tool-redo"
            disabled={future === undefined}
            onClick={() => afterConditions(() => void redo())}
          />
          <IconButton icon={WandSparkles} label={words.tidy} shortcut="T" data-testid="tool-tidy" onClick={actions.tidy} />
          <span className="mx-1 h-5 border-l" aria-hidden="true" />
        </>
      )}
      <IconButton icon={FlaskConical} label={coverageStrings.toggle} isOn={isHeatShown} data-testid="tool-coverage" onClick={() => setShown(!isHeatShown)} />
      <span className="mx-1 h-5 border-l" aria-hidden="true" />
      <IconButton icon={Minus} label={words.zoomOut} onClick={() => void zoomOut({ duration: 150 })} />
      <IconButton icon={Plus} label={words.zoomIn} onClick={() => void zoomIn({ duration: 150 })} />
      <IconButton icon={Maximize} label={words.fit} shortcut="1" data-testid="tool-fit" onClick={onFit} />
    </div>
  );
}
