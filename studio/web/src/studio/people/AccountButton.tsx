/** Who is signed in, and the way out; nothing where there are no accounts. */

import { LogOut, UserRound } from "lucide-react";
import { projectsStrings as words } from "../../strings/en/projects";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { useSession, useSignOut } from "./useSession";

export function AccountButton() {
  const { session } = useSession();
  const signOut = useSignOut();
  if (session === undefined || session.person === null || session.has_accounts === false) return null;
  return (
    <Menu
      trigger={
        <Button weight="ghost" icon={UserRound} aria-label={words.account(session.person.name)} data-testid="account">
          <span className="max-w-40 truncate max-sm:sr-only">{session.person.name}</span>
        </Button>
      }
      items={[{ label: words.signOut, icon: LogOut, onSelect: () => void signOut() }]}
    />
  );
}
