/** F2: the name of a step, typed where the step is. */

import { useState } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow } from "../api/types";
import { TextInput } from "../ui/Field";
import { useCanvasActions } from "./CanvasContext";
import { useCanvasUi } from "./canvasUi";
import { screenOf } from "./useFlowActions";

const STEP_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

export function RenameBox({ flow }: { flow: Flow }) {
  const key = useCanvasUi((ui) => ui.renaming);
  const step = flow.steps.find((each) => each.key === key);
  if (key === null || step === undefined) return null;
  return <Box key={key} from={key} given={step.id ?? ""} taken={flow.steps.map((each) => each.id)} />;
}

function Box({ from, given, taken }: { from: string; given: string; taken: readonly (string | null)[] }) {
  const { rename } = useCanvasActions();
  const [name, setName] = useState(given);
  const isWrong = !STEP_ID.test(name) || (name !== given && taken.includes(name));
  const place = screenOf(from);
  const close = (): void => useCanvasUi.getState().setRenaming(null);
  return (
    <div
      className="fixed z-40 w-60 -translate-x-1/2 -translate-y-full rounded-md border bg-surface p-2 shadow-lg"
      style={{ left: place.x, top: place.y }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <TextInput
        autoFocus
        aria-label={inspectorStrings.step.id}
        aria-invalid={isWrong}
        value={name}
        onChange={setName}
        onFocus={(event) => event.target.select()}
        onBlur={close}
        data-testid="rename-box"
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
          if (event.key !== "Enter" || isWrong) return;
          rename(from, name);
          close();
          document.querySelector<HTMLElement>(".react-flow")?.focus();
        }}
      />
    </div>
  );
}
