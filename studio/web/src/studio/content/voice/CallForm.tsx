/** What holds for the whole call: zone, languages, voices, format, and which actions may run early. */

import { voiceStrings as words } from "../../../strings/en/content";
import { TextField } from "../../inspector/TextField";
import { useDoc } from "../../document/DocumentProvider";
import { Choice, Field } from "../../ui/Field";
import { linesOf, listOf, mapOf, textOf } from "../entries";
import type { VoiceEdits } from "./useYamlFile";

const PROFILES = ["", "3.16", "3.15", "3.14", "3.13"] as const;

export function CallForm({ file }: { file: VoiceEdits }) {
  const outline = useDoc((state) => state.outline);
  const given = listOf(file.values.languages).map(textOf);
  const languages = given.length > 0 ? given : (outline?.assistant.languages ?? []);
  const voices = mapOf(file.values.voices);
  const speculation = mapOf(file.values.speculation);
  const profile = textOf(file.values.profile);
  const profiles = (PROFILES as readonly string[]).includes(profile) ? PROFILES : [profile, ...PROFILES];
  const list = (text: string): string[] | undefined => (linesOf(text).length === 0 ? undefined : linesOf(text));
  return (
    <section className="grid gap-4 rounded-lg border bg-surface p-4 md:grid-cols-2" aria-label={words.general}>
      <TextField label={words.timezone} help={words.timezoneHelp} value={textOf(file.values.timezone)} onCommit={(text) => file.setTop("timezone", text.trim() === "" ? undefined : text.trim())} testId="timezone" />
      <Field label={words.profile} help={words.profileHelp}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            value={profile}
            options={profiles.map((value) => ({ value, label: value === "" ? words.profileNewest : value }))}
            onChange={(value) => file.setTop("profile", value === "" ? undefined : value)}
          />
        )}
      </Field>
      <TextField
        label={words.languages}
        help={words.languagesHelp}
        value={given.join(", ")}
        placeholder={(outline?.assistant.languages ?? []).join(", ")}
        onCommit={(text) => {
          const codes = text.split(/[\s,]+/).filter((code) => code !== "");
          file.setTop("languages", codes.length === 0 ? undefined : codes);
        }}
        testId="voice-languages"
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 flex min-h-5 items-center text-xs font-medium">{words.voices}</legend>
        {languages.map((language) => (
          <TextField key={language} label={language} value={textOf(voices[language])} onCommit={(text) => file.set("voices", language, text.trim() === "" ? undefined : text.trim())} />
        ))}
        <p className="text-xs text-soft">{words.voicesHelp}</p>
      </fieldset>
      <TextField label={words.reads} help={words.readsHelp} isMultiline value={listOf(speculation.reads).map(textOf).join("\n")} onCommit={(text) => file.set("speculation", "reads", list(text))} />
      <TextField label={words.atOnce} help={words.atOnceHelp} isMultiline value={listOf(speculation.at_once).map(textOf).join("\n")} onCommit={(text) => file.set("speculation", "at_once", list(text))} />
    </section>
  );
}
