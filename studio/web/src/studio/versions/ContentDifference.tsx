/** Slots, responses, intents … and files that differ. */

import { versionStrings as words } from "../../strings/en/versions";
import { Badge } from "../ui/Bits";
import { shownValue } from "./shownValue";
import { TONES } from "./tones";
import type { ContentChange } from "./versionsApi";

const MOST = 300;

export function ContentDifference({ changes }: { changes: readonly ContentChange[] }) {
  if (changes.length === 0) return null;
  return (
    <section className="rounded-lg border bg-surface p-4" data-testid="content-diff">
      <h3 className="mb-2 text-sm font-semibold">{words.content}</h3>
      <ul className="flex flex-col gap-3">
        {changes.slice(0, MOST).map((each) => (
          <li key={`${each.section}-${each.name}`} className="flex min-w-0 flex-col gap-1 text-sm">
            <span className="flex flex-wrap items-center gap-2">
              <Badge tone={TONES[each.change]}>{words.states[each.change]}</Badge>
              <span className="font-medium break-all">{each.name}</span>
              <span className="text-xs text-soft">{each.section}</span>
            </span>
            {each.section !== "files" && (
              <span className="grid gap-1 text-xs md:grid-cols-2">
                {each.before !== null && <span className="rounded-sm bg-danger-wash px-2 py-1 break-words whitespace-pre-wrap">{shownValue(each.before)}</span>}
                {each.after !== null && <span className="rounded-sm bg-accent-wash px-2 py-1 break-words whitespace-pre-wrap">{shownValue(each.after)}</span>}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
