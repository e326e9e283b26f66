/** When a conversation is over and what the next one still knows: `session_config` of the domain. */

import { sessionStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { TextField } from "../../inspector/TextField";
import { isUnreadable, UnreadableFile } from "../../problems/UnreadableNote";
import { Check } from "../../ui/Field";
import { type Entry, textOf } from "../entries";
import { useContentEdits, useSection } from "../useContent";

const LONGEST_MIN = 525_600;

export function SessionForm() {
  const edits = useContentEdits("session_config");
  const { data } = useSection<readonly Entry[]>("session_config");
  if (data === undefined) return null;
  const lost = data.find(isUnreadable)?.unreadable ?? null;
  const valueOf = (name: string): Json | undefined => data.find((entry) => entry.name === name)?.value;
  const put = (name: string, value: Json | undefined): void => {
    if (value === undefined && valueOf(name) === undefined) return;
    edits.set(name, value);
  };
  const fault = (text: string): string | null => {
    const minutes = Number(text);
    return text.trim() === "" || (Number.isFinite(minutes) && minutes >= 0 && minutes <= LONGEST_MIN) ? null : words.expiryWrong;
  };
  const flag = (name: "carry_over_slots_to_new_session" | "start_session_after_expiry") => (
    <Check label={words.flags[name].label} help={words.flags[name].help} isChecked={valueOf(name) !== false} onChange={(isOn) => put(name, isOn ? undefined : false)} />
  );
  return (
    <section className="grid gap-4 rounded-lg border bg-surface p-4 md:grid-cols-2" aria-label={words.title} data-testid="session">
      <h2 className="text-sm font-semibold md:col-span-2">{words.title}</h2>
      {lost !== null && (
        <div className="md:col-span-2">
          <UnreadableFile unreadable={lost} />
        </div>
      )}
      <fieldset disabled={lost !== null} className="contents">
        <TextField
          label={words.expiry}
          help={words.expiryHelp}
          value={textOf(valueOf("session_expiration_time"))}
          placeholder="60"
          inputMode="numeric"
          check={fault}
          onCommit={(text) => put("session_expiration_time", text.trim() === "" ? undefined : Number(text))}
        />
        <div className="flex flex-col gap-3">
          {flag("carry_over_slots_to_new_session")}
          {flag("start_session_after_expiry")}
        </div>
      </fieldset>
    </section>
  );
}
