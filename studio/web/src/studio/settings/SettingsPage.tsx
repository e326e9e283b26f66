/** Settings: languages of the assistant, the look, the keyboard, and what this is. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Keyboard } from "lucide-react";
import { settingsStrings as words } from "../../strings/en/settings";
import { peopleStrings } from "../../strings/en/people";
import { studioApi } from "../api/client";
import { useDoc, useProject } from "../document/DocumentProvider";
import { AccountButton } from "../people/AccountButton";
import { useSession } from "../people/useSession";
import { useShell } from "../shell/shellStore";
import { Card, Page } from "../ui/Bits";
import { Button } from "../ui/Button";
import { FileList } from "./FileList";
import { LanguagesForm } from "./LanguagesForm";
import { ThemeChoice } from "./ThemeChoice";

export default function SettingsPage() {
  const { project } = useProject();
  const outline = useDoc((state) => state.outline);
  const { session } = useSession();
  const { data: projects } = useQuery({ queryKey: ["projects"], queryFn: studioApi.projects });
  const folder = projects?.find(({ id }) => id === project)?.folder;
  return (
    <Page title={words.title} hint={words.hint}>
      <Card title={words.languages}>
        <LanguagesForm />
        <p className="text-xs text-soft">
          {`${words.toVoice} `}
          <Link to="/studio/$project/content/$section" params={{ project, section: "voice" }} className="text-accent-strong underline underline-offset-2">
            {words.openVoice}
          </Link>
        </p>
      </Card>
      <Card title={words.theme}>
        <ThemeChoice />
      </Card>
      <Card title={words.keyboard} hint={words.keyboardHint}>
        <Button icon={Keyboard} className="self-start" onClick={() => useShell.getState().setShortcutsOpen(true)} data-testid="show-shortcuts">
          {words.show}
        </Button>
      </Card>
      <Card title={words.account}>
        {session?.has_accounts === false ? (
          <p className="text-sm text-soft">{peopleStrings.localOnly}</p>
        ) : (
          <div className="flex items-center gap-2 text-sm">
            <AccountButton />
            {session?.person !== null && session?.person !== undefined && <span className="text-soft">{peopleStrings.roles[session.person.role]}</span>}
          </div>
        )}
      </Card>
      <Card title={words.files} hint={words.filesHint}>
        <FileList />
        <a href={studioApi.exportUrl(project)} className="self-start text-sm text-accent-strong underline underline-offset-2" data-testid="export">
          {words.export}
        </a>
      </Card>
      <Card title={words.about}>
        <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[8rem_1fr]">
          <dt className="text-soft">{words.id}</dt>
          <dd>{project}</dd>
          <dt className="text-soft">{words.folder}</dt>
          <dd className="break-all">{typeof folder === "string" ? folder : ""}</dd>
          <dt className="text-soft">{words.revision}</dt>
          <dd>{outline?.revision}</dd>
        </dl>
        <p className="text-sm text-soft">{words.license}</p>
        <a href="/api/openapi.json" className="text-sm text-accent-strong underline underline-offset-2">
          {words.api}
        </a>
      </Card>
    </Page>
  );
}
