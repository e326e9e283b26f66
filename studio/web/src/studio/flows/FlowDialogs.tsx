/** New, rename, duplicate, delete, customise and reset: each asks what it has to know. */

import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { flowStrings, uiStrings } from "../../strings/en/studio";
import type { Command, FlowSummary } from "../api/types";
import { FLOW_ID } from "../canvas/stepIds";
import { useDoc, useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, TextArea, TextInput } from "../ui/Field";
import { idFor, usersOf } from "./listing";

export type FlowAction =
  | { kind: "create"; flow: null }
  | { kind: "rename" | "duplicate" | "delete" | "customise" | "reset"; flow: FlowSummary };

const labels = flowStrings.labels;

export function FlowDialogs({ action, onDone }: { action: FlowAction | null; onDone: () => void }) {
  if (action === null) return null;
  if (action.kind === "customise") return <AtOnce flow={action.flow} onDone={onDone} />;
  if (action.kind === "delete" || action.kind === "reset") return <Confirm kind={action.kind} flow={action.flow} onDone={onDone} />;
  return <NameForm key={action.kind} action={action} onDone={onDone} />;
}

/** Customising asks nothing: it can be undone. */
function AtOnce({ flow, onDone }: { flow: FlowSummary; onDone: () => void }) {
  const { store, project } = useProject();
  const navigate = useNavigate();
  useEffect(() => {
    onDone();
    void store
      .getState()
      .edit(labels.customise, [{ op: "customise_pattern", flow: flow.id }])
      .then((edited) => {
        if (edited !== null) void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: flow.id } });
      });
    // Once, when it was asked for.
  }, []);
  return null;
}

function Confirm({ kind, flow, onDone }: { kind: "delete" | "reset"; flow: FlowSummary; onDone: () => void }) {
  const { store } = useProject();
  const flows = useDoc((state) => state.outline?.flows ?? []);
  const isDelete = kind === "delete";
  const run = (): void => {
    const command: Command = isDelete ? { op: "delete_flow", flow: flow.id } : { op: "reset_pattern", flow: flow.id };
    void store.getState().edit(isDelete ? labels.delete : labels.reset, [command]);
    onDone();
  };
  return (
    <Dialog
      title={isDelete ? flowStrings.deleteTitle(flow.name) : flowStrings.resetTitle(flow.name)}
      isOpen
      onClose={onDone}
      testId="confirm-dialog"
      footer={
        <>
          <Button onClick={onDone}>{uiStrings.cancel}</Button>
          <Button weight="danger" onClick={run} data-testid="confirm">
            {isDelete ? flowStrings.delete : flowStrings.reset}
          </Button>
        </>
      }
    >
      <p className="p-4 text-sm text-soft">{isDelete ? flowStrings.deleteHint(usersOf(flows, flow.id).join(", ")) : flowStrings.resetHint}</p>
    </Dialog>
  );
}

type Named = Exclude<FlowAction, { kind: "delete" | "customise" | "reset" }> | { kind: "rename" | "duplicate"; flow: FlowSummary };

function NameForm({ action, onDone }: { action: Named; onDone: () => void }) {
  const { store, project } = useProject();
  const navigate = useNavigate();
  const flows = useDoc((state) => state.outline?.flows ?? []);
  const isCreate = action.kind === "create";
  const isRename = action.kind === "rename";
  const given = action.flow;
  const [name, setName] = useState(isRename ? (given?.name ?? "") : "");
  const [id, setId] = useState(isRename ? (given?.id ?? "") : "");
  const [isOwnId, setOwnId] = useState(isRename);
  const [description, setDescription] = useState("");
  const [wasTried, setTried] = useState(false);
  const shownId = isOwnId ? id : idFor(name, flows);
  const idError = idProblem(shownId, flows, isRename ? given?.id : undefined);
  const descriptionError = isCreate && description.trim() === "" ? flowStrings.descriptionMissing : null;
  const title = isCreate ? flowStrings.createTitle : isRename ? flowStrings.renameTitle : flowStrings.duplicateTitle;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (idError !== null || descriptionError !== null) return;
    const { label, commands } = commandsFor(action, shownId, name, description);
    onDone();
    void store
      .getState()
      .edit(label, commands)
      .then((edited) => {
        if (edited !== null && !isRename) void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: shownId } });
      });
  };
  return (
    <Dialog title={title} isOpen onClose={onDone} testId="flow-dialog">
      <form onSubmit={save} className="flex flex-col gap-4 p-4">
        <Field label={flowStrings.name} help={flowStrings.nameHelp}>
          {({ id: field, describedBy }) => (
            <TextInput id={field} aria-describedby={describedBy} autoFocus value={name} onChange={setName} data-testid="new-flow-name" required={isCreate} />
          )}
        </Field>
        <Field label={flowStrings.id} help={flowStrings.idHelp} error={wasTried || isOwnId ? idError : null}>
          {({ id: field, describedBy }) => (
            <TextInput
              id={field}
              aria-describedby={describedBy}
              value={shownId}
              data-testid="new-flow-id"
              onChange={(text) => {
                setOwnId(true);
                setId(text);
              }}
            />
          )}
        </Field>
        {isCreate && (
          <Field label={flowStrings.description} help={flowStrings.descriptionHelp} error={wasTried ? descriptionError : null}>
            {({ id: field, describedBy }) => <TextArea id={field} aria-describedby={describedBy} value={description} onChange={setDescription} data-testid="new-flow-description" />}
          </Field>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{uiStrings.cancel}</Button>
          <Button weight="accent" type="submit" data-testid="save-flow">
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function idProblem(id: string, flows: readonly FlowSummary[], own: string | undefined): string | null {
  if (!FLOW_ID.test(id)) return flowStrings.idWrong;
  return id !== own && flows.some((flow) => flow.id === id) ? flowStrings.idTaken : null;
}

function commandsFor(action: Named, id: string, name: string, description: string): { label: string; commands: readonly Command[] } {
  const plain = name.trim();
  if (action.kind === "create" || action.flow === null) {
    return { label: labels.create, commands: [{ op: "add_flow", id, name: plain === "" ? id : plain, description: description.trim(), steps: [] }] };
  }
  const { flow } = action;
  if (action.kind === "duplicate") {
    const renamed: Command[] = plain === "" ? [] : [{ op: "set_field", flow: id, key: null, path: ["name"], value: plain }];
    return { label: labels.duplicate, commands: [{ op: "duplicate_flow", flow: flow.id, id }, ...renamed] };
  }
  return { label: labels.rename, commands: [{ op: "rename_flow", flow: flow.id, id, ...(plain === "" ? {} : { name: plain }) }] };
}
