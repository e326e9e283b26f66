/** Two people changed the same place: the person's own version beside the result, on which they decide.
 *
 * The result begins as what was saved meanwhile with all of the person's changes that do not clash with it.
 */

import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef, useState } from "react";
import { mergeStrings } from "../../strings/en/studio";
import type { Conflict } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { plain, written } from "./lineEnds";
import { MERGE_LOOK, parts, shadowOf } from "./setup";

const MARKS = /^(<{7}|={7}|>{7})/m;

interface MergeDialogProps {
  told: Conflict;
  /** What the sides are called, where they are not a person's and what was saved meanwhile. */
  sides?: Pick<typeof mergeStrings, "hint" | "mine" | "discard">;
  /** null: what was saved meanwhile stays. */
  onDone: (merged: string | null) => void;
}

export default function MergeDialog({ told, sides = mergeStrings, onDone }: MergeDialogProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<MergeView>(null);
  const [isMarked, setMarked] = useState(false);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = shadowOf(element);
    const merge = new MergeView({
      parent: root,
      root,
      a: { doc: told.mine, extensions: [...parts(sides.mine, false), MERGE_LOOK, EditorState.readOnly.of(true)] },
      b: { doc: told.merged, extensions: [...parts(mergeStrings.result, true), MERGE_LOOK, EditorView.updateListener.of((update) => update.docChanged && setMarked(MARKS.test(update.state.doc.toString())))] },
      revertControls: "a-to-b",
      highlightChanges: true,
      gutter: true,
      collapseUnchanged: { margin: 4, minSize: 8 },
    });
    view.current = merge;
    setMarked(MARKS.test(told.merged));
    return () => merge.destroy();
  }, [told, sides.mine]);
  return (
    <Dialog
      title={mergeStrings.title}
      isOpen
      isQuestion
      onClose={() => undefined}
      width="large"
      testId="merge-dialog"
      footer={
        <>
          <Button onClick={() => onDone(null)} data-testid="merge-discard">
            {sides.discard}
          </Button>
          {/* The left side of an entry has theirs too, but for what clashes; that of a flow has one's own alone. */}
          {told.entry !== null && told.entry !== undefined && (
            <Button onClick={() => onDone(told.mine)} data-testid="merge-mine">
              {mergeStrings.takeMine}
            </Button>
          )}
          <Button weight="accent" disabled={isMarked} onClick={() => onDone(written(told.merged, view.current?.b.state.doc.toString() ?? plain(told.merged)))} data-testid="merge-save">
            {mergeStrings.save}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2 p-4">
        <p className="text-sm text-soft">
          {sides.hint} {(told.back ?? []).length > 0 && mergeStrings.undoable} {told.conflicts.length > 0 && mergeStrings.conflicts(told.conflicts.length)}
        </p>
        <div className="grid grid-cols-2 text-xs font-semibold">
          <span>{sides.mine}</span>
          <span>{[mergeStrings.result, told.entry ?? told.flow, told.file].filter((each) => each !== null && each !== undefined).join(" · ")}</span>
        </div>
        <div ref={host} className="scroller h-96 rounded-md border" data-testid="merge-editor" />
        {isMarked && (
          <p role="alert" className="text-xs text-danger">
            {mergeStrings.invalid}
          </p>
        )}
      </div>
    </Dialog>
  );
}
