/** Accounts, tokens for programs, and the record of what was done. */

import { useState } from "react";
import { peopleStrings as words } from "../../strings/en/people";
import { Empty, Page } from "../ui/Bits";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { Tabs } from "./Tabs";
import { Tokens } from "./Tokens";
import { ShieldAlert } from "lucide-react";
import { useSession } from "./useSession";

export default function PeoplePage() {
  const [tab, setTab] = useState("people");
  const { may } = useSession();
  const closed = <Empty icon={ShieldAlert} title={words.notAllowed} hint={words.notAllowedHint} />;
  return (
    <Page title={words.title} hint={words.hint}>
      <Tabs
        label={words.title}
        value={tab}
        onChange={setTab}
        tabs={[
          { value: "people", label: words.tabs.people, content: <Accounts isAdmin={may("administer")} /> },
          { value: "tokens", label: words.tabs.tokens, content: may("administer") ? <Tokens /> : closed },
          { value: "audit", label: words.tabs.audit, content: may("administer") ? <Audit /> : closed },
        ]}
      />
    </Page>
  );
}
