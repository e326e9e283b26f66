/** A new token: what it is for, its role, how long it lasts. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, TextInput } from "../ui/Field";
import { peopleApi, type Role, ROLES, type Token } from "./peopleApi";

const DAYS = ["30", "90", "365", "never"] as const;

export function NewTokenDialog({ onDone, onMade }: { onDone: () => void; onMade: (token: Token & { token: string }) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("designer");
  const [days, setDays] = useState<(typeof DAYS)[number]>("90");
  const { mutate, error, isPending } = useMutation({ mutationFn: () => peopleApi.newToken(name.trim(), role, days === "never" ? null : Number(days)), onSuccess: onMade });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== "") mutate();
  };
  return (
    <Dialog title={words.newToken} isOpen onClose={onDone} testId="token-dialog">
      <form className="flex flex-col gap-4 p-4" onSubmit={save}>
        <Field label={words.tokenName} error={error === null ? null : wordsOf(error)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus required maxLength={200} value={name} onChange={setName} data-testid="token-name" />}
        </Field>
        <Field label={words.role} help={words.roleMeanings[role]}>
          {({ id, describedBy }) => <Choice id={id} describedBy={describedBy} value={role} options={ROLES.map((value) => ({ value, label: words.roles[value] }))} onChange={setRole} />}
        </Field>
        <Field label={words.days}>{({ id }) => <Choice id={id} value={days} options={DAYS.map((value) => ({ value, label: words.daysChoices[value] }))} onChange={setDays} />}</Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{words.cancel}</Button>
          <Button weight="accent" type="submit" disabled={isPending || name.trim() === ""} data-testid="token-save">
            {words.newToken}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
