/** When something was, in a few words; the exact time on the mouse and for readers of the screen. */

import { ago } from "../ui/time";

export function exactly(when: string | number): string {
  return new Date(typeof when === "number" ? when * 1000 : when).toLocaleString();
}

export function When({ at }: { at: string | number }) {
  const date = new Date(typeof at === "number" ? at * 1000 : at);
  return (
    <time dateTime={Number.isNaN(date.getTime()) ? "" : date.toISOString()} title={exactly(at)}>
      {ago(at, Date.now())}
    </time>
  );
}
