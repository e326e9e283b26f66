/** Name and password. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Field, TextInput } from "../ui/Field";
import { DoorFrame } from "./DoorFrame";
import { peopleApi } from "./peopleApi";
import { SESSION } from "./useSession";

export default function SignInPage() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => peopleApi.signIn(name.trim(), password),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: SESSION });
      void queries.invalidateQueries();
    },
  });
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== "" && password !== "") mutate();
  };
  return (
    <DoorFrame title={words.signInTitle} hint={words.signInHint}>
      <form className="flex flex-col gap-4" onSubmit={go} data-testid="sign-in">
        <Field label={words.name}>{({ id }) => <TextInput id={id} autoFocus autoComplete="username" value={name} onChange={setName} required />}</Field>
        <Field label={words.password} error={error === null ? null : wordsOf(error)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} type="password" autoComplete="current-password" value={password} onChange={setPassword} required />}
        </Field>
        <Button weight="accent" type="submit" disabled={isPending} data-testid="sign-in-button">
          {words.signIn}
        </Button>
        <p className="text-xs text-soft">{words.noAccountHint}</p>
      </form>
    </DoorFrame>
  );
}
