/** How calls behave: voice.yml as a form, each setting with what it means, its unit and its default. */

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { contentStrings, voiceStrings as words } from "../../../strings/en/content";
import { isUnreadable, UnreadableFile } from "../../problems/UnreadableNote";
import { Page, SkeletonRows } from "../../ui/Bits";
import { TextInput } from "../../ui/Field";
import { mapOf, matching } from "../entries";
import { CallForm } from "./CallForm";
import { Engines } from "./Engines";
import { SessionForm } from "./SessionForm";
import { SettingRow } from "./SettingRow";
import { GROUPS, SETTINGS, titleOf } from "./settings";
import { StepPolicies } from "./StepPolicies";
import { useVoiceFile, type VoiceEdits } from "./useYamlFile";

export function VoicePage() {
  const file = useVoiceFile();
  const [typed, setTyped] = useState("");
  if (file === null) return <SkeletonRows />;
  const isLost = isUnreadable(file);
  const found = matching(SETTINGS, typed, ({ group, key, meaning }) => `${words.groups[group]} ${key} ${titleOf(key)} ${meaning}`);
  return (
    <Page title={contentStrings.sections.voice} hint={contentStrings.hints.voice}>
      <UnreadableFile unreadable={file.unreadable} />
      <fieldset disabled={isLost} className="contents">
        <CallForm file={file} />
      </fieldset>
      <SessionForm />
      <TextInput aria-label={words.filter} placeholder={words.filter} value={typed} onChange={setTyped} className="max-w-80" data-testid="filter-settings" />
      <fieldset disabled={isLost} className="contents" data-testid="voice-fields">
        {GROUPS.map((group) => {
          const settings = found.filter((setting) => setting.group === group);
          if (settings.length === 0) return null;
          return <Group key={group} file={file} group={group} keys={settings.map(({ key }) => key)} isOpen={typed !== "" || group === "turns"} />;
        })}
      </fieldset>
      <StepPolicies />
      <Engines />
    </Page>
  );
}

function Group({ file, group, keys, isOpen }: { file: VoiceEdits; group: (typeof GROUPS)[number]; keys: readonly string[]; isOpen: boolean }) {
  const values = mapOf(file.values[group]);
  const changed = SETTINGS.filter((setting) => setting.group === group && setting.key in values).length;
  return (
    <details open={isOpen} className="group rounded-lg border bg-surface" data-testid={`settings-${group}`}>
      <summary className="flex h-12 items-center gap-2 px-4">
        <ChevronRight className="size-4 text-soft transition-transform group-open:rotate-90" aria-hidden="true" />
        <span className="text-sm font-semibold">{words.groups[group]}</span>
        <span className="text-xs text-soft">{words.changed(changed)}</span>
      </summary>
      <ul className="divide-y border-t">
        {SETTINGS.filter((setting) => setting.group === group && keys.includes(setting.key)).map((setting) => (
          <SettingRow key={setting.key} setting={setting} value={values[setting.key]} onChange={(value) => file.set(group, setting.key, value)} />
        ))}
      </ul>
    </details>
  );
}
