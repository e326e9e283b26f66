/** A new branch: its name and where it begins. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { wordsOf } from "../api/http";
import { useProject } from "../document/DocumentProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, TextInput } from "../ui/Field";
import { useRefresh } from "./useVersions";
import { type Branch, versionsApi } from "./versionsApi";

const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]{0,98}[\p{L}\p{N}_-])?$/u;
const HERE = "";

export function NewBranchDialog({ branches, onDone }: { branches: readonly Branch[]; onDone: () => void }) {
  const { project } = useProject();
  const refresh = useRefresh();
  const [name, setName] = useState("");
  const [start, setStart] = useState(HERE);
  const isTaken = branches.some((branch) => branch.name.toLowerCase() === name.toLowerCase());
  const fault = name === "" ? null : isTaken ? words.branchTaken : NAME.test(name) && !name.includes("..") && !name.includes("//") ? null : words.branchWrong;
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => versionsApi.newBranch(project, name, start === HERE ? null : start),
    onSuccess: () => {
      refresh();
      onDone();
    },
  });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name !== "" && fault === null) mutate();
  };
  return (
    <Dialog title={words.newBranch} isOpen onClose={onDone} testId="branch-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field label={words.branchName} help={words.branchHelp} error={fault ?? (error === null ? null : wordsOf(error))}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus value={name} onChange={setName} data-testid="branch-name" />}
        </Field>
        <Field label={words.from}>
          {({ id }) => <Choice id={id} value={start} options={[{ value: HERE, label: words.here }, ...branches.filter((branch) => !branch.is_current).map((branch) => ({ value: branch.name, label: branch.name }))]} onChange={setStart} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending || name === "" || fault !== null} data-testid="branch-save">
            {words.newBranch}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
