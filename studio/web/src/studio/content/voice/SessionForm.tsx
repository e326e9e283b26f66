/** When a conversation is over and what the next one still knows: `session_config` of the domain. */

import { contentStrings, sessionStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { useProject } from "../../document/DocumentProvider";
import { TextField } from "../../inspector/TextField";
import { Check } from "../../ui/Field";
import { type Entry, textOf } from "../entries";
import { useSection } from "../useContent";

const LONGEST_MIN = 525_600;

export function SessionForm() {
  const { store } = useProject();
  const { data } = useSection<readonly Entry[]>("session_config");
  if (data === undefined) return null;
  const valueOf = (name: string): Json | undefined => data.find((entry) => entry.name === name)?.value;
  const put = (name: string, value: Json | undefined): void => {
    if (value === undefined && valueOf(name) === undefined) return;
    void store.getState().edit(contentStrings.labels.edit(name), [{ op: "put", section: "session_config", name, ...(value === undefined ? {} : { value }) }]);
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
    </section>
  );
}
