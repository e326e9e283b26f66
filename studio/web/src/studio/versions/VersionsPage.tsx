/** What runs where, what changed when, and lines of work beside each other. */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { versionStrings as words } from "../../strings/en/versions";
import { useProject } from "../document/DocumentProvider";
import { Tabs } from "../people/Tabs";
import { Page } from "../ui/Bits";
import { Branches } from "./Branches";
import { Environments } from "./Environments";
import { HistoryTab } from "./HistoryTab";
import { useVersionNews } from "./useVersions";

const TABS = ["environments", "history", "branches"] as const;

export default function VersionsPage() {
  const { project } = useProject();
  const navigate = useNavigate();
  const search: { tab?: unknown } = useSearch({ strict: false });
  const tab = TABS.find((each) => each === search.tab) ?? "environments";
  useVersionNews();
  const content = { environments: <Environments />, history: <HistoryTab />, branches: <Branches /> };
  return (
    <Page title={words.title} hint={words.hint}>
      <Tabs
        label={words.title}
        value={tab}
        onChange={(next) => void navigate({ to: "/studio/$project/versions", params: { project }, search: { tab: next } as never, replace: true })}
        tabs={TABS.map((value) => ({ value, label: words.tabs[value], content: content[value] }))}
      />
    </Page>
  );
}
