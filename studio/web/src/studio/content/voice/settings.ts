/** The settings of voice.yml that a form shows, their units, and what may be written for each. Pure.
 *
 * The list is settings.json; tests/studio/authoring_web/test_voice_settings.py holds it against the server's own.
 */

import type { Json } from "../../api/types";
import { voiceStrings } from "../../../strings/en/content";
import known from "./settings.json";

export const GROUPS = ["turns", "silence", "background", "fillers", "keypad", "limits", "watchdog"] as const;
export type Group = (typeof GROUPS)[number];
export type Unit = keyof typeof voiceStrings.units;

export interface Setting {
  readonly group: Group;
  readonly key: string;
  readonly default: number;
  readonly meaning: string;
}

export const SETTINGS = known as readonly Setting[];

export function unitOf(key: string): Unit {
  if (key.endsWith("_log_probability")) return "log_probability";
  if (key.endsWith("_probability")) return "probability";
  if (key.endsWith("_share")) return "share";
  if (key.endsWith("_ms")) return "ms";
  return key.endsWith("_db") ? "db" : "count";
}

/** `certain_wait_ms` → “Certain wait”. */
export function titleOf(key: string): string {
  const words = key.replace(/_(ms|db|log_probability)$/, "").replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The number that was typed, undefined for nothing, or what is wrong with it. */
export function readSetting(key: string, typed: string): { value: number | undefined } | { fault: string } {
  const plain = typed.trim();
  if (plain === "") return { value: undefined };
  const number = Number(plain);
  if (!Number.isFinite(number)) return { fault: voiceStrings.notANumber };
  const unit = unitOf(key);
  if ((unit === "ms" || unit === "count") && (!Number.isInteger(number) || number < 0)) return { fault: voiceStrings.notWhole };
  if ((unit === "probability" || unit === "share") && (number < 0 || number > 1)) return { fault: voiceStrings.notAShare };
  return { value: number };
}

export function shown(value: Json | undefined): string {
  return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
