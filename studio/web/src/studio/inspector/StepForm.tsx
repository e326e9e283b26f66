/** The form of one step: what its type needs, its id, and what is seldom used. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Flow, Json, Step } from "../api/types";
import { useCanvasActions } from "../canvas/CanvasContext";
import { ActionForm } from "./ActionForm";
import { CallForm } from "./CallForm";
import { CollectForm } from "./CollectForm";
import { LinkForm } from "./LinkForm";
import { OtherKeys } from "./OtherKeys";
import { Folded } from "./Section";
import { SetSlotsForm } from "./SetSlotsForm";
import { TextField } from "./TextField";
import { useEdit } from "./useEdit";

const STEP_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;
const words = inspectorStrings.step;

/** What each type's form shows, beside the id, the note and the metadata that every step may have. */
const KNOWN: Readonly<Record<Step["type"], readonly string[]>> = {
  action: ["action", "effect"],
  collect: ["collect", "voice", "ask_before_filling", "utter", "rejections", "reset_after_flow_ends", "force_slot_filling", "silence_timeout", "dtmf"],
  set_slots: ["set_slots"],
  link: ["link"],
  call: ["call", "mcp_server", "mapping", "exit_if", "effect"],
  noop: ["noop"],
  unknown: [],
};

export function StepForm({ flow, step }: { flow: Flow; step: Step }) {
  return (
    <>
      <Body flow={flow} step={step} />
      <Common flow={flow} step={step} />
    </>
  );
}

function Body({ flow, step }: { flow: Flow; step: Step }) {
  switch (step.type) {
    case "action":
      return <ActionForm flow={flow} step={step} />;
    case "collect":
      return <CollectForm flow={flow} step={step} />;
    case "set_slots":
      return <SetSlotsForm flow={flow} step={step} />;
    case "link":
      return <LinkForm flow={flow} step={step} />;
    case "call":
      return <CallForm flow={flow} step={step} />;
    case "noop":
    case "unknown":
      return <p className="border-t p-4 text-sm text-soft">{inspectorStrings[step.type]}</p>;
  }
}

function Common({ flow, step }: { flow: Flow; step: Step }) {
  const { rename } = useCanvasActions();
  const edit = useEdit(flow, step.key);
  const taken = new Set(flow.steps.filter((each) => each.key !== step.key).map((each) => each.id));
  const checkId = (text: string): string | null =>
    text === "" || (STEP_ID.test(text) && !taken.has(text)) ? null : words.idWrong;
  const note = typeof step.fields.description === "string" ? step.fields.description : "";
  return (
    <Folded title={inspectorStrings.more} isOpen={["metadata", ...(step.type === "collect" ? [] : ["description"])].some((key) => key in step.fields)}>
      <TextField
        label={words.id}
        help={words.idHelp}
        value={step.id ?? ""}
        check={checkId}
        testId="step-id"
        onCommit={(text) => rename(step.key, text)}
      />
      {step.type !== "collect" && (
        <TextField
          label={words.description}
          value={note}
          isMultiline
          onCommit={(text) => edit.set(["description"], text === "" ? undefined : text, words.description)}
        />
      )}
      <TextField
        label={words.metadata}
        help={words.metadataHelp}
        value={step.fields.metadata === undefined ? "" : JSON.stringify(step.fields.metadata)}
        check={jsonProblem}
        isMultiline
        onCommit={(text) => edit.set(["metadata"], text.trim() === "" ? undefined : (JSON.parse(text) as Json), words.metadata)}
      />
      <OtherKeys values={step.fields} known={["description", "metadata", ...KNOWN[step.type]]} />
    </Folded>
  );
}

function jsonProblem(text: string): string | null {
  if (text.trim() === "") return null;
  try {
    const read: unknown = JSON.parse(text);
    return read !== null && typeof read === "object" && !Array.isArray(read) ? null : words.jsonWrong;
  } catch {
    return words.jsonWrong;
  }
}

