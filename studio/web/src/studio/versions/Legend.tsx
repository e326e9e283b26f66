/** What the colours and marks of a difference mean. */

import { versionStrings as words } from "../../strings/en/versions";
import { Badge } from "../ui/Bits";
import { MARKS } from "./marks";
import { TONES } from "./tones";
import type { Change } from "./versionsApi";

const ALL: readonly Change[] = ["added", "changed", "removed", "moved"];

export function Legend() {
  return (
    <ul aria-label={words.legend} className="flex flex-wrap gap-2" data-testid="legend">
      {ALL.map((change) => (
        <li key={change}>
          <Badge tone={TONES[change]}>{`${MARKS[change]} ${words.states[change]}`}</Badge>
        </li>
      ))}
    </ul>
  );
}
