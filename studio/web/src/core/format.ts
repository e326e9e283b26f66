/** How values and ids read to people. */

import type { Json } from "./events";

/** `3:07` from seconds; hours only when there are any. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const tail = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

/** `transfer_money` → `Transfer money`; step ids such as `2_collect_amount` lose their number. */
export function humanise(id: string): string {
  const words = id
    .replace(/^\d+_/, "")
    .replace(/^(pattern|utter|action)_/, "")
    .replaceAll(/[_-]+/g, " ")
    .trim();
  return words === "" ? id : words.charAt(0).toUpperCase() + words.slice(1);
}

/** A slot's value in one line; null is an em dash, texts stand without quotes. */
export function slotText(value: Json): string {
  if (value === null) return "—";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  return JSON.stringify(value);
}
