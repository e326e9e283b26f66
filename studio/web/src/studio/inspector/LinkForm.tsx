/** A link: the flow ends, and another one goes on. */

import { ExternalLink } from "lucide-react";
import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Step } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { targetsOf } from "../canvas/choices";
import { targetOf } from "../canvas/stepWords";
import { useDoc } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Field } from "../ui/Field";
import { Section } from "./Section";
import { useEdit } from "./useEdit";

const words = inspectorStrings.link;
const CHITCHAT = "pattern_chitchat";

export function LinkForm({ flow, step }: { flow: Flow; step: Step }) {
  return (
    <Section title={words.title}>
      <FlowChoice flow={flow} step={step} kind="link" />
    </Section>
  );
}

/** Which flow a link or a call is about, and the way there. */
export function FlowChoice({ flow, step, kind }: { flow: Flow; step: Step; kind: "link" | "call" }) {
  const outline = useDoc((state) => state.outline);
  const { openTarget } = useCanvasActions();
  const edit = useEdit(flow, step.key);
  const labels = kind === "link" ? words : inspectorStrings.call;
  // A pattern may also go on in small talk; flows of callers may not.
  const more = kind === "link" && flow.is_pattern && flow.id !== CHITCHAT ? (outline?.flows ?? []).filter(({ id }) => id === CHITCHAT) : [];
  const options = [...targetsOf(kind, outline, flow.id).map((each) => ({ value: each.name, hint: each.hint })), ...more.map(({ id, name }) => ({ value: id, hint: name }))];
  return (
    <>
      <Field label={labels.flow} help={labels.flowHelp}>
        {({ id, describedBy }) => (
          <Combobox
            id={id}
            label={labels.flow}
            describedBy={describedBy}
            value={targetOf(step)}
            options={options}
            onChange={(value) => edit.set([kind], value, labels.flow)}
          />
        )}
      </Field>
      <Button icon={ExternalLink} onClick={() => openTarget(step.key)}>
        {words.open}
      </Button>
    </>
  );
}
