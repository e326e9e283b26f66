/** What stands in the file beside what a form knows: shown, and kept as it is. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";

const words = inspectorStrings.otherKeys;
const LONGEST = 120;

interface OtherKeysProps {
  /** Everything that stands there. */
  values: Readonly<Record<string, Json>>;
  /** What the form shows. */
  known: readonly string[];
}

export function OtherKeys({ values, known }: OtherKeysProps) {
  const others = Object.entries(values).filter(([key]) => !known.includes(key));
  if (others.length === 0) return null;
  return (
    <div className="flex flex-col gap-1 rounded-md bg-sunken p-2 text-xs" data-testid="other-keys">
      <p className="text-soft">{words.help}</p>
      <dl className="flex flex-col gap-1">
        {others.map(([key, value]) => (
          <div key={key} className="flex gap-2">
            <dt className="shrink-0 font-medium">{key}</dt>
            <dd className="min-w-0 break-words text-soft">{short(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function short(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
