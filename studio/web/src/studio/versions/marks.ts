/** The sign beside a colour: what became of a step is never told by colour alone. */

import type { Change } from "./versionsApi";

export const MARKS: Readonly<Record<Change, string>> = { added: "+", changed: "≠", removed: "−", moved: "↕" };
