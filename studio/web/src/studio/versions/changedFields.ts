/** Which fields of a step differ, in words. Pure. */

import type { Json, Step } from "../api/types";

export interface ChangedField {
  readonly name: string;
  readonly was: string;
  readonly now: string;
}

export function shownJson(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 1) : String(value);
}

export function changedFields(before: Step, after: Step): readonly ChangedField[] {
  const old: Record<string, Json> = { ...before.fields, ...(before.id === null ? {} : { id: before.id }) };
  const now: Record<string, Json> = { ...after.fields, ...(after.id === null ? {} : { id: after.id }) };
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const pair = { name, was: shownJson(old[name]), now: shownJson(now[name]) };
    return pair.was === pair.now ? [] : [pair];
  });
}
