/** Invites somebody: a name and a role; the link comes next. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, TextInput } from "../ui/Field";
import { type Account, peopleApi, type Role, ROLES } from "./peopleApi";

interface InviteDialogProps {
  isFirst: boolean;
  onDone: () => void;
  onInvited: (person: Account & { link: string }) => void;
}

export function InviteDialog({ isFirst, onDone, onInvited }: InviteDialogProps) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(isFirst ? "admin" : "designer");
  const { mutate, error, isPending } = useMutation({ mutationFn: () => peopleApi.invite(name.trim(), role), onSuccess: onInvited });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== "") mutate();
  };
  return (
    <Dialog title={words.invite} isOpen onClose={onDone} testId="invite-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        {isFirst && <p className="text-sm text-soft">{words.firstWarning}</p>}
        <Field label={words.name} error={error === null ? null : wordsOf(error)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus required maxLength={200} value={name} onChange={setName} data-testid="invite-name" />}
        </Field>
        <Field label={words.role} help={words.roleMeanings[role]}>
          {({ id, describedBy }) => <Choice id={id} describedBy={describedBy} value={role} options={ROLES.map((value) => ({ value, label: words.roles[value] }))} onChange={setRole} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending || name.trim() === ""} data-testid="invite-save">
            {words.invite}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
