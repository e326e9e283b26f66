/** What is typed for a slot, as a value of its type. Pure. */

import { inspectorStrings } from "../../strings/en/inspector";
import type { Json } from "../api/types";

const words = inspectorStrings.setSlots;

export function typedValue(type: string | undefined, text: string): Json {
  const plain = text.trim();
  if (plain === "") return null;
  if (type === "bool") return /^(true|yes)$/i.test(plain) ? true : /^(false|no)$/i.test(plain) ? false : plain;
  if (type === "float" || type === "any" || type === undefined) {
    const number = Number(plain);
    if (Number.isFinite(number) && /^-?\d/.test(plain)) return number;
  }
  return type === "list" || type === "any" ? (structured(plain) ?? text) : text;
}

/** A list or a map, written as JSON. */
function structured(text: string): Json | null {
  if (!/^[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** What is wrong with what was typed for a slot of a type. */
export function valueFault(type: string | undefined, text: string, isNeeded: boolean): string | null {
  if (text.trim() === "") return isNeeded ? words.needed : null;
  if (type === "float" && typeof typedValue(type, text) !== "number") return words.notANumber;
  if (type === "list" && !Array.isArray(typedValue(type, text))) return words.notAList;
  return null;
}
