/** Which fields of a step differ, in words. Pure. */

import type { Json, Step } from "../api/types";
import { shownValue } from "./shownValue";

export interface ChangedField {
  readonly name: string;
  readonly was: string;
  readonly now: string;
}

export function changedFields(before: Step, after: Step): readonly ChangedField[] {
  const old: Record<string, Json> = { ...before.fields, ...(before.id === null ? {} : { id: before.id }) };
  const now: Record<string, Json> = { ...after.fields, ...(after.id === null ? {} : { id: after.id }) };
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const isSame = JSON.stringify(old[name]) === JSON.stringify(now[name]);
    return isSame ? [] : [{ name, was: shownValue(old[name]), now: shownValue(now[name]) }];
  });
}
