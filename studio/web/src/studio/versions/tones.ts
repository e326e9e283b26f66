/** How badges show what became of something between two states. */

import type { Change } from "./versionsApi";

export const TONES: Readonly<Record<Change, "accent" | "warning" | "danger" | "plain">> = { added: "accent", changed: "warning", removed: "danger", moved: "plain" };
