/** What the responses say, for the words on steps and for editing a question in place. */

import { useMemo } from "react";
import type { Json } from "../api/types";
import { useSection } from "../content/useContent";
import type { ResponseText } from "./stepWords";

/** All responses as they are in the domain: name → its variations. */
export function useResponses(): Readonly<Record<string, Json>> | null {
  const { data } = useSection<Json>("responses");
  return useMemo(() => (data === undefined ? null : byName(data)), [data]);
}

/** The server may send a list of entries or a map: both become a map. */
export function byName(given: Json): Readonly<Record<string, Json>> {
  const inner = given !== null && typeof given === "object" && !Array.isArray(given) ? (given.responses ?? given.entries ?? given.items ?? given) : given;
  if (Array.isArray(inner)) {
    const pairs = inner.flatMap((entry) => {
      if (entry === null || typeof entry !== "object" || Array.isArray(entry) || typeof entry.name !== "string") return [];
      return [[entry.name, entry.value ?? entry.variations ?? entry] as const];
    });
    return Object.fromEntries(pairs);
  }
  return inner !== null && typeof inner === "object" ? (inner as Record<string, Json>) : {};
}

export function firstText(variations: Json | undefined): string | null {
  const list = Array.isArray(variations) ? variations : variations === undefined ? [] : [variations];
  for (const each of list) {
    if (each !== null && typeof each === "object" && !Array.isArray(each) && typeof each.text === "string") return each.text;
  }
  return null;
}

export function useResponseTexts(): ResponseText {
  const responses = useResponses();
  return useMemo(() => (name: string) => firstText(responses?.[name]), [responses]);
}
