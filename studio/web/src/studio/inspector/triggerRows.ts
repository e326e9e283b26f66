/** `nlu_trigger` as rows of a form, and back: a row that was not changed stays as it is written. Pure. */

import type { Json } from "../api/types";
import { isMap, listOf, mapOf, textOf } from "../content/entries";

export interface Trigger {
  readonly intent: string;
  readonly threshold: number | null;
  /** How it stands in the file; null for a new one. */
  readonly raw: Json;
}

/** `- intent: name`, `- intent: {name: …, confidence_threshold: …}`, `- {intent: …, confidence_threshold: …}` or a bare name. */
export function triggersOf(given: Json | undefined): readonly Trigger[] {
  return listOf(given).map((raw) => {
    if (!isMap(raw)) return { intent: textOf(raw), threshold: null, raw };
    const inner = isMap(raw.intent) ? raw.intent : { ...raw, name: raw.intent ?? null };
    const threshold = typeof inner.confidence_threshold === "number" ? inner.confidence_threshold : null;
    return { intent: textOf(inner.name), threshold, raw };
  });
}

export function triggersValue(rows: readonly Trigger[]): Json | undefined {
  return rows.length === 0 ? undefined : rows.map(valueOf);
}

function valueOf({ intent, threshold, raw }: Trigger): Json {
  const [before] = triggersOf([raw]);
  if (raw !== null && before?.intent === intent && before.threshold === threshold) return raw;
  const others = Object.entries(mapOf(raw)).filter(([key]) => key !== "intent" && key !== "confidence_threshold");
  const inner = Object.entries(isMap(raw) ? mapOf(raw.intent) : {}).filter(([key]) => key !== "name" && key !== "confidence_threshold");
  const isPlain = threshold === null && inner.length === 0;
  const named: Json = isPlain ? intent : { name: intent, ...(threshold === null ? {} : { confidence_threshold: threshold }), ...Object.fromEntries(inner) };
  return { intent: named, ...Object.fromEntries(others) };
}
