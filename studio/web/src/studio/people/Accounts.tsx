/** Accounts: who they are, their role, inviting and letting go. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LogOut, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { wordsOf } from "../api/http";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { toast } from "../ui/toasts";
import { AccountRow } from "./AccountRow";
import { InviteDialog } from "./InviteDialog";
import { OnceDialog } from "./OnceDialog";
import { peopleApi, ROLES } from "./peopleApi";
import { useSession, useSignOut } from "./useSession";

export const PEOPLE = ["people"];

export function Accounts({ isAdmin }: { isAdmin: boolean }) {
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<{ name: string; path: string } | null>(null);
  const queries = useQueryClient();
  const { session } = useSession();
  const signOut = useSignOut();
  const { data: people, error } = useQuery({ queryKey: PEOPLE, queryFn: peopleApi.people });
  const act = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => void queries.invalidateQueries({ queryKey: PEOPLE }),
    onError: (problem) => toast.error(wordsOf(problem)),
  });
  const invite = (
    <Button weight="accent" icon={UserPlus} disabled={!isAdmin} onClick={() => setInviting(true)} data-testid="invite">
      {words.invite}
    </Button>
  );
  return (
    <>
      {error !== null && <p role="alert" className="text-sm text-danger">{wordsOf(error)}</p>}
      {people === undefined && error === null && <SkeletonRows count={3} />}
      {people?.length === 0 && (
        <div className="rounded-lg border bg-surface">
          <Empty icon={Users} title={words.noAccounts} hint={words.noAccountsHint}>{invite}</Empty>
        </div>
      )}
      {people !== undefined && people.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-end gap-2">
            {session?.has_accounts !== false && (
              <Button icon={LogOut} onClick={() => void signOut()} data-testid="sign-out">
                {words.signOut}
              </Button>
            )}
            {invite}
          </div>
          <ul className="divide-y rounded-lg border bg-surface">
            {people.map((person) => (
              <AccountRow
                key={person.id}
                person={person}
                isAdmin={isAdmin}
                isSelf={person.id === session?.person?.id}
                onChange={(change) => act.mutate(() => peopleApi.change(person.id, change))}
                onRemove={() => act.mutate(() => peopleApi.remove(person.id))}
                onLink={() => act.mutate(async () => setLink({ name: person.name, path: (await peopleApi.newLink(person.id)).link }))}
              />
            ))}
          </ul>
        </>
      )}
      <Roles />
      {isInviting && (
        <InviteDialog
          isFirst={people?.some((person) => person.has_password) === false}
          onDone={() => setInviting(false)}
          onInvited={(person) => {
            setInviting(false);
            setLink({ name: person.name, path: person.link });
            void queries.invalidateQueries({ queryKey: PEOPLE });
          }}
        />
      )}
      {link !== null && <OnceDialog title={words.linkTitle(link.name)} hint={words.linkHint} text={window.location.origin + link.path} onDone={() => setLink(null)} />}
    </>
  );
}

function Roles() {
  return (
    <section className="rounded-lg border bg-surface p-4">
      <h2 className="mb-2 text-sm font-semibold">{words.rolesTitle}</h2>
      <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[8rem_1fr]">
        {ROLES.map((role) => (
          <div key={role} className="contents">
            <dt className="font-medium">{words.roles[role]}</dt>
            <dd className="text-soft">{words.roleMeanings[role]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
