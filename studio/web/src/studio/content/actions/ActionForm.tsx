/** An action: what it may change, and whether its code was found. */

import { CircleCheck, TriangleAlert } from "lucide-react";
import { actionStrings as words } from "../../../strings/en/content";
import { useDoc } from "../../document/DocumentProvider";
import { OtherKeys } from "../../inspector/OtherKeys";
import { Check, Choice, Field } from "../../ui/Field";
import { type Entry, mapOf, withKey } from "../entries";
import { effectOf, isFound } from "../listing";
import { useContentEdits } from "../useContent";

const EFFECTS = ["unset", "none", "read", "write"] as const;

export function ActionForm({ entry }: { entry: Entry }) {
  const edits = useContentEdits("actions");
  const outline = useDoc((state) => state.outline);
  const options = mapOf(entry.value);
  const put = (key: string, value: string | boolean | undefined): void => {
    const next = withKey(options, key, value);
    edits.put(entry, Object.keys(next).length === 0 ? null : next);
  };
  const found = isFound(outline, entry.name);
  const Icon = found ? CircleCheck : TriangleAlert;
  return (
    <div className="flex flex-col gap-4 rounded-lg border bg-surface p-4">
      <p className="flex gap-2 text-sm">
        <Icon className={`mt-1 size-4 shrink-0 ${found ? "text-accent" : "text-warning"}`} aria-hidden="true" />
        {found ? words.found : words.notFound}
      </p>
      <Field label={words.effect} help={words.effectHelp}>
        {({ id, describedBy }) => (
          <Choice
            id={id}
            describedBy={describedBy}
            value={effectOf(entry)}
            options={EFFECTS.map((value) => ({ value, label: words.effects[value] }))}
            onChange={(effect) => put("effect", effect === "unset" ? undefined : effect)}
          />
        )}
      </Field>
      <Check label={words.sendDomain} help={words.sendDomainHelp} isChecked={options.send_domain === true} onChange={(isOn) => put("send_domain", isOn ? true : undefined)} />
      <OtherKeys values={options} known={["effect", "send_domain"]} />
    </div>
  );
}
