/** What a step is called and what it does, in words that a person without code understands. */

import { canvasStrings } from "../../strings/en/canvas";
import type { Json, Step } from "../api/types";
import { named } from "./conditionWords";

const words = canvasStrings.words;

/** The text that a response begins with; null where it is not known. */
export type ResponseText = (name: string) => string | null;

export function isUtterance(step: Step): boolean {
  return step.type === "action" && String(step.fields.action ?? "").startsWith("utter_");
}

export function targetOf(step: Step): string {
  const value = step.fields[step.type === "set_slots" ? "set_slots" : step.type];
  if (typeof value === "string") return value;
  // `collect: {name: …}` is how some files have it.
  if (value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.name === "string") return value.name;
  return "";
}

/** A title: the step's id in words where it has one that a person gave, else what it is about. */
export function titleOf(step: Step): string {
  const target = targetOf(step);
  switch (step.type) {
    case "action":
      return target === "" ? canvasStrings.untitled.action : named(target.replace(/^(utter|action)_/, ""));
    case "collect":
      return target === "" ? canvasStrings.untitled.collect : named(target);
    case "link":
    case "call":
      return target === "" ? canvasStrings.untitled[step.type] : named(target);
    case "set_slots": {
      const names = assignments(step).map(([slot]) => named(slot));
      return names.length === 0 ? canvasStrings.untitled.set_slots : names.join(", ");
    }
    default:
      return step.id === null ? canvasStrings.untitled[step.type] : named(step.id);
  }
}

/** What the step does. */
export function wordsOf(step: Step, responseText: ResponseText = () => null): string {
  const target = targetOf(step);
  switch (step.type) {
    case "action": {
      if (target === "") return words.nothing;
      const text = isUtterance(step) ? responseText(target) : null;
      return text === null ? words.runs(target) : words.says(text);
    }
    case "collect": {
      if (target === "") return words.nothing;
      const utter = typeof step.fields.utter === "string" ? step.fields.utter : `utter_ask_${target}`;
      const text = responseText(utter);
      return text === null ? words.asksWith(utter) : words.asks(text);
    }
    case "set_slots": {
      const parts = assignments(step).map(([slot, value]) =>
        value === null ? words.clears(slot) : words.setTo(slot, shownValue(value)),
      );
      return parts.length === 0 ? words.nothing : words.sets(parts.join(", "));
    }
    case "link":
      return target === "" ? words.nothing : words.goes(named(target));
    case "call":
      if (target === "") return words.nothing;
      if (typeof step.fields.mcp_server === "string") return words.tool(target, step.fields.mcp_server);
      return step.fields.exit_if === undefined ? words.calls(named(target)) : words.agent(named(target));
    case "noop":
      return words.decides;
    default:
      return words.unknown;
  }
}

/** `set_slots` as pairs: a list of one-key maps, or one map. */
export function assignments(step: Step): readonly (readonly [string, Json])[] {
  const given = step.fields.set_slots;
  if (Array.isArray(given)) {
    return given.flatMap((entry) =>
      entry !== null && typeof entry === "object" && !Array.isArray(entry) ? Object.entries(entry) : [],
    );
  }
  return given !== null && typeof given === "object" ? Object.entries(given as Record<string, Json>) : [];
}

export function shownValue(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

