/** The conversation as the page shows it, folded from events. Pure: the same events give the same view.
 *
 * A caller's turn shows three times, each replacing the one before: as `partial` while it is recognised, as a
 * user entry when the turn ended, and with commands and stage once `user_said` commits it.
 */

import type { Button, Json, ServerEvent, Stage } from "./events";
import { isPattern, stepStack, type Stack } from "./stack";

export interface Latency {
  readonly gapMs: number;
  readonly parts: Readonly<Record<string, number>>;
}

export interface UserEntry {
  readonly kind: "user";
  readonly key: number;
  readonly text: string;
  readonly isTyped: boolean;
  readonly speechEndMs: number | null;
  /** Null until the server has committed the turn. */
  readonly understood: { commands: readonly string[]; stage: Stage; tookMs: number } | null;
  readonly latency: Latency | null;
  /** Measured in this page, from sound to sound. */
  readonly heardGapMs: number | null;
}

export interface AssistantEntry {
  readonly kind: "assistant";
  readonly key: number;
  readonly text: string;
  readonly buttons: readonly Button[];
  readonly replyId: number | null;
  readonly stoppedAfterMs: number | null;
}

export interface NoteEntry {
  readonly kind: "note";
  readonly key: number;
  readonly note: "turn_dropped" | "flow_started" | "flow_completed" | "flow_cancelled" | "fault";
  /** Reason, flow id or message, by the kind of note. */
  readonly detail: string;
}

export type Entry = UserEntry | AssistantEntry | NoteEntry;
export type Activity = "listening" | "hearing" | "thinking" | "speaking";

export interface SlotValue {
  readonly name: string;
  readonly value: Json;
  /** How many times it was set: a new number makes the change visible. */
  readonly changes: number;
}

export interface Conversation {
  readonly entries: readonly Entry[];
  readonly partial: string | null;
  readonly activity: Activity;
  readonly stack: Stack;
  /** The last flow that ended, for when the stack is empty. */
  readonly lastFlowId: string | null;
  readonly slots: readonly SlotValue[];
  readonly replyId: number | null;
  readonly endReason: string | null;
}

export type PageEvent =
  | { type: "page_typed"; text: string }
  | { type: "page_heard_gap"; gap_ms: number; speech_end_ms: number | null };

export const EMPTY_CONVERSATION: Conversation = {
  entries: [],
  partial: null,
  activity: "listening",
  stack: [],
  lastFlowId: null,
  slots: [],
  replyId: null,
  endReason: null,
};

/** How far the end of speech may differ between page and server and still be the same moment. */
const SAME_MOMENT_MS = 1500;

/** Fold one event into the conversation. Events of an unknown type leave it as it is. */
export function reduce(view: Conversation, event: ServerEvent | PageEvent): Conversation {
  switch (event.type) {
    case "speech_started":
      return { ...view, activity: "hearing" };
    case "partial_transcript":
    case "final_transcript":
      return { ...view, partial: event.text || view.partial };
    case "turn_ended":
      return turnEnded(view, event.text, event.speech_end_ms);
    case "turn_dropped":
      return note({ ...view, partial: null, activity: resting(view) }, "turn_dropped", event.reason);
    case "turn_retracted":
      return retracted(view);
    case "page_typed":
      return add({ ...view, activity: "thinking" }, { ...newUser(event.text), isTyped: true });
    case "user_said":
      return userSaid(view, event);
    case "assistant_said":
      // Said again to who takes up a conversation: it stands there already.
      return event.source === "said_before" ? view : assistantSaid(view, event.text, event.buttons ?? []);
    case "reply_started":
      return replyStarted(view, event.reply_id);
    case "barge_in":
      return bargeIn(view, event.reply_id, event.heard_ms);
    case "reply_finished":
      return { ...view, replyId: null, activity: view.activity === "speaking" ? "listening" : view.activity };
    case "latency_measured":
      return latencyMeasured(view, event.speech_end_ms, { gapMs: event.gap_ms, parts: event.parts ?? {} });
    case "page_heard_gap":
      return heardGap(view, event.gap_ms, event.speech_end_ms);
    case "slot_set":
      return { ...view, slots: setSlot(view.slots, event.name, event.value) };
    case "flow_started":
    case "flow_completed":
    case "flow_cancelled":
      return flowChanged(view, event);
    case "flow_resumed":
    case "step_entered":
      return { ...view, stack: stepStack(view.stack, event) };
    case "fault":
      return note({ ...view, activity: resting(view) }, "fault", event.message);
    case "call_ended":
      return { ...view, partial: null, replyId: null, endReason: event.reason };
    default:
      return view;
  }
}

function add(view: Conversation, entry: Omit<UserEntry, "key"> | Omit<AssistantEntry, "key">): Conversation {
  return { ...view, entries: [...view.entries, { ...entry, key: view.entries.length } as Entry] };
}

function note(view: Conversation, kind: NoteEntry["note"], detail: string): Conversation {
  const entry: NoteEntry = { kind: "note", key: view.entries.length, note: kind, detail };
  return { ...view, entries: [...view.entries, entry] };
}

/** Patterns come and go on the stack without a line in the transcript. */
function flowChanged(
  view: Conversation,
  event: Extract<ServerEvent, { type: "flow_started" | "flow_completed" | "flow_cancelled" }>,
): Conversation {
  const now = { ...view, stack: stepStack(view.stack, event) };
  if (isPattern(event.flow_id)) return now;
  const lastFlowId = event.type === "flow_started" ? view.lastFlowId : event.flow_id;
  return note({ ...now, lastFlowId }, event.type, event.flow_id);
}

function newUser(text: string): Omit<UserEntry, "key"> {
  const unknown = { speechEndMs: null, understood: null, latency: null, heardGapMs: null };
  return { kind: "user", text, isTyped: false, ...unknown };
}

function resting(view: Conversation): Activity {
  return view.replyId === null ? "listening" : "speaking";
}

/** Replace the last entry that `matches`; null when there is none. */
function mend<T extends Entry>(
  view: Conversation,
  matches: (entry: Entry) => entry is T,
  change: (entry: T) => T,
): Conversation | null {
  const index = view.entries.findLastIndex(matches);
  if (index < 0) return null;
  const entries = view.entries.map((entry, i) => (i === index && matches(entry) ? change(entry) : entry));
  return { ...view, entries };
}

function isOpen(entry: Entry): entry is UserEntry {
  return entry.kind === "user" && entry.understood === null;
}

function turnEnded(view: Conversation, text: string, speechEndMs: number): Conversation {
  const now: Conversation = { ...view, partial: null, activity: "thinking" };
  const isSameTyped = (entry: Entry): entry is UserEntry =>
    isOpen(entry) && entry.isTyped && entry.text === text;
  return mend(now, isSameTyped, (entry) => entry) ?? add(now, { ...newUser(text), speechEndMs });
}

/** The caller goes on: what was shown of the turn, and of the reply to it, never happened. */
function retracted(view: Conversation): Conversation {
  const index = view.entries.findLastIndex((entry) => entry.kind === "user");
  const turn = view.entries[index];
  if (turn === undefined || turn.kind !== "user") return view;
  return { ...view, entries: view.entries.slice(0, index), partial: turn.text, replyId: null, activity: "hearing" };
}

function userSaid(view: Conversation, said: Extract<ServerEvent, { type: "user_said" }>): Conversation {
  const understood = {
    commands: said.commands ?? [],
    stage: said.stage ?? "none",
    tookMs: said.took_ms ?? 0,
  };
  const now: Conversation = { ...view, partial: null, activity: "thinking" };
  const mended = mend(now, isOpen, (entry) => ({ ...entry, understood }));
  if (mended !== null) return mended;
  // Nobody spoke and nobody typed: the greeting's own turn has no text and is not worth a line.
  return said.text === "" ? view : add(now, { ...newUser(said.text), isTyped: true, understood });
}

function assistantSaid(view: Conversation, text: string, buttons: readonly Button[]): Conversation {
  if (text === "" && buttons.length === 0) return view;
  const lastUser = view.entries.findLastIndex((entry) => entry.kind === "user");
  const continues =
    view.entries.findLastIndex((e) => e.kind === "assistant" && e.replyId === view.replyId) > lastUser;
  const replyId = view.replyId !== null && continues ? view.replyId : null;
  return add(view, { kind: "assistant", text, buttons, replyId, stoppedAfterMs: null });
}

function replyStarted(view: Conversation, replyId: number): Conversation {
  return { ...claimed(view, replyId), replyId, activity: "speaking" };
}

/** Lines that no reply has yet are of the one that starts, or is stopped, now. */
function claimed(view: Conversation, replyId: number): Conversation {
  const entries = view.entries.map((entry) =>
    entry.kind === "assistant" && entry.replyId === null ? { ...entry, replyId } : entry,
  );
  return { ...view, entries };
}

function bargeIn(view: Conversation, replyId: number, heardMs: number): Conversation {
  const activity = view.activity === "speaking" ? "hearing" : view.activity;
  const now: Conversation = { ...claimed(view, replyId), replyId: null, activity };
  const isOfReply = (entry: Entry): entry is AssistantEntry =>
    entry.kind === "assistant" && entry.replyId === replyId;
  return mend(now, isOfReply, (entry) => ({ ...entry, stoppedAfterMs: heardMs })) ?? now;
}

function latencyMeasured(view: Conversation, speechEndMs: number, latency: Latency): Conversation {
  const isTurn = (entry: Entry): entry is UserEntry =>
    entry.kind === "user" && entry.speechEndMs === speechEndMs;
  const isUnmeasured = (entry: Entry): entry is UserEntry => entry.kind === "user" && entry.latency === null;
  const change = (entry: UserEntry): UserEntry => ({ ...entry, latency });
  return mend(view, isTurn, change) ?? mend(view, isUnmeasured, change) ?? view;
}

/** The sound of a reply reaches the page a little after its events, so the turn is there already. */
function heardGap(view: Conversation, gapMs: number, speechEndMs: number | null): Conversation {
  const isTurn = (entry: Entry): entry is UserEntry => {
    if (entry.kind !== "user" || entry.speechEndMs === null || entry.heardGapMs !== null) return false;
    return speechEndMs === null || Math.abs(entry.speechEndMs - speechEndMs) <= SAME_MOMENT_MS;
  };
  return mend(view, isTurn, (entry) => ({ ...entry, heardGapMs: gapMs })) ?? view;
}

function setSlot(slots: readonly SlotValue[], name: string, value: Json): readonly SlotValue[] {
  const old = slots.find((slot) => slot.name === name);
  if (old === undefined) return value === null ? slots : [...slots, { name, value, changes: 1 }];
  if (JSON.stringify(old.value) === JSON.stringify(value)) return slots;
  return slots.map((slot) => (slot === old ? { name, value, changes: old.changes + 1 } : slot));
}
