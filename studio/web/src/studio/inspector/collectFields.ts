/** The options of a question, also where a file has them inside `collect: {name: …, …}`. Pure. */

import type { Json, Step } from "../api/types";
import { isMap, type JsonMap, listOf, mapOf } from "../content/entries";

/** All options of the step, wherever they stand. */
export function collectFields(step: Step): JsonMap {
  const { name: _, ...inner } = mapOf(step.fields.collect);
  return { ...inner, ...step.fields };
}

/** Where an option is written: inside the map if it stands there, else beside `collect`. */
export function collectPath(step: Step, key: string): readonly string[] {
  const { collect } = step.fields;
  if (!isMap(collect)) return [key];
  if (key === "collect") return ["collect", "name"];
  return key in collect && !(key in step.fields) ? ["collect", key] : [key];
}

export interface Silence {
  /** Seconds on every channel, as text; empty where channels differ or nothing is said. */
  readonly everywhere: string;
  readonly channels: readonly (readonly [string, string])[];
}

/** `silence_timeout` is a number, a map from channel to seconds, or a list of such maps with one key. */
export function silenceOf(value: Json | undefined): Silence {
  if (value === undefined || value === null) return { everywhere: "", channels: [] };
  if (typeof value !== "object") return { everywhere: String(value), channels: [] };
  const maps = Array.isArray(value) ? listOf(value).map(mapOf) : [value];
  return { everywhere: "", channels: maps.flatMap((map) => Object.entries(map)).map(([channel, seconds]) => [channel, String(seconds)]) };
}

/** Channels with their seconds in the form that the file has already; undefined without any. */
export function silenceValue(channels: readonly (readonly [string, string])[], before: Json | undefined): Json | undefined {
  if (channels.length === 0) return undefined;
  const pairs = channels.map(([channel, seconds]) => [channel, Number(seconds)] as const);
  return Array.isArray(before) ? pairs.map(([channel, seconds]): Json => ({ [channel]: seconds })) : Object.fromEntries(pairs);
}
