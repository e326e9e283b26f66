/** When something was, in a few words. */

import { timeStrings } from "../../strings/en/studio";

/** `when`: an ISO date, or seconds since 1970. */
export function ago(when: string | number | null | undefined, now: number): string {
  if (when === null || when === undefined) return "";
  const at = typeof when === "number" ? when * 1000 : Date.parse(when);
  if (Number.isNaN(at)) return "";
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return timeStrings.now;
  if (minutes < 60) return timeStrings.minutes(minutes);
  if (minutes < 24 * 60) return timeStrings.hours(Math.floor(minutes / 60));
  return timeStrings.days(Math.floor(minutes / 1440));
}
