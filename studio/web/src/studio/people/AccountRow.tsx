/** One account. */

import { EllipsisVertical, KeyRound, PencilLine, Trash2, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { Badge } from "../ui/Bits";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, TextInput } from "../ui/Field";
import { initials } from "../ui/initials";
import { Menu } from "../ui/Menu";
import { ago } from "../ui/time";
import { type Account, type Role, ROLES } from "./peopleApi";

interface AccountRowProps {
  person: Account;
  isAdmin: boolean;
  isSelf: boolean;
  onChange: (change: { name?: string; role?: Role; is_active?: boolean }) => void;
  onRemove: () => void;
  onLink: () => void;
}

export function AccountRow({ person, isAdmin, isSelf, onChange, onRemove, onLink }: AccountRowProps) {
  const [dialog, setDialog] = useState<"remove" | "rename" | null>(null);
  const [name, setName] = useState(person.name);
  const close = (): void => setDialog(null);
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3" data-testid={`person-${person.name}`}>
      <span className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-wash text-xs font-semibold text-accent-strong" aria-hidden="true">
        {initials(person.name)}
      </span>
      <span className="flex min-w-40 flex-1 flex-col">
        <span className="flex flex-wrap items-center gap-2 text-sm font-medium">
          {person.name}
          {isSelf && <Badge tone="accent">{words.you}</Badge>}
          {!person.is_active && <Badge tone="danger">{words.inactive}</Badge>}
          {!person.has_password && <Badge tone="warning">{words.noPassword}</Badge>}
        </span>
        <span className="text-xs text-soft">{person.seen_at === null ? words.neverSeen : words.seen(ago(person.seen_at, Date.now()))}</span>
      </span>
      <Choice label={`${words.role}: ${person.name}`} className="w-36!" value={person.role} isDisabled={!isAdmin} options={ROLES.map((value) => ({ value, label: words.roles[value] }))} onChange={(role) => onChange({ role })} />
      {isAdmin && (
        <Menu
          trigger={<IconButton icon={EllipsisVertical} label={words.actions(person.name)} />}
          items={[
            { label: words.newLink, icon: KeyRound, onSelect: onLink },
            { label: words.rename, icon: PencilLine, onSelect: () => setDialog("rename") },
            { label: person.is_active ? words.deactivate : words.activate, icon: person.is_active ? UserX : UserCheck, onSelect: () => onChange({ is_active: !person.is_active }) },
            null,
            { label: words.remove, icon: Trash2, isDangerous: true, onSelect: () => setDialog("remove") },
          ]}
        />
      )}
      {dialog !== null && (
        <Dialog
          title={dialog === "remove" ? words.removeTitle(person.name) : words.rename}
          isOpen
          onClose={close}
          footer={
            <>
              <Button onClick={close}>{words.cancel}</Button>
              <Button
                weight={dialog === "remove" ? "danger" : "accent"}
                disabled={dialog === "rename" && name.trim() === ""}
                data-testid="confirm"
                onClick={() => {
                  close();
                  if (dialog === "remove") onRemove();
                  else onChange({ name: name.trim() });
                }}
              >
                {dialog === "remove" ? words.remove : words.save}
              </Button>
            </>
          }
        >
          <div className="p-4 text-sm text-soft">
            {dialog === "remove" ? words.removeHint : <Field label={words.name}>{({ id }) => <TextInput id={id} autoFocus value={name} onChange={setName} />}</Field>}
          </div>
        </Dialog>
      )}
    </li>
  );
}
