/** Behind a one-time link (`/studio/welcome#link`): choose name and password, and be signed in. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Button } from "../ui/Button";
import { Field, TextInput } from "../ui/Field";
import { DoorFrame } from "./DoorFrame";
import { peopleApi } from "./peopleApi";
import { SESSION } from "./useSession";

export default function WelcomePage() {
  // Read once: it is taken out of the address as soon as it is used, so that no history keeps it.
  const [link] = useState(() => window.location.hash.slice(1));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const differs = again !== "" && again !== password;
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => peopleApi.redeem(link, password, name),
    onSuccess: async (session) => {
      queries.setQueryData(SESSION, session);
      await queries.invalidateQueries({ queryKey: SESSION });
      void navigate({ to: "/studio", replace: true });
    },
  });
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (password !== "" && password === again) mutate();
  };
  if (link === "") {
    return (
      <DoorFrame title={words.noLink} hint={words.noLinkHint}>
        <Button weight="accent" onClick={() => void navigate({ to: "/studio" })}>
          {words.toStudio}
        </Button>
      </DoorFrame>
    );
  }
  return (
    <DoorFrame title={words.welcome} hint={words.welcomeHint}>
      <form className="flex flex-col gap-4" onSubmit={go} data-testid="welcome">
        <Field label={words.welcomeName} help={words.welcomeNameHelp}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} autoFocus autoComplete="username" value={name} onChange={setName} />}
        </Field>
        <Field label={words.password} help={words.passwordHelp} error={error === null ? null : wordsOf(error)}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} type="password" autoComplete="new-password" value={password} onChange={setPassword} required />}
        </Field>
        <Field label={words.passwordAgain} error={differs ? words.passwordsDiffer : null}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} type="password" autoComplete="new-password" value={again} onChange={setAgain} required />}
        </Field>
        <Button weight="accent" type="submit" disabled={isPending || password === "" || password !== again} data-testid="begin">
          {words.begin}
        </Button>
      </form>
    </DoorFrame>
  );
}
