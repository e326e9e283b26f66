/** Details of the record in one line. Pure. */

import type { Json } from "../api/types";

const LONGEST = 300;

export function detailWords(detail: { readonly [key: string]: Json }): string {
  const parts = Object.entries(detail).flatMap(([key, value]) => {
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
    const text = Array.isArray(value) ? value.map(String).join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
    return [`${key.replace(/_/g, " ")}: ${text}`];
  });
  const line = parts.join(" · ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
