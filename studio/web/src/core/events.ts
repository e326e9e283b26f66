/** What travels on the call's data channel: the server's events, and the page's own messages. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Stage = "payload" | "fast_path" | "reader" | "router" | "llm" | "documents" | "recorded" | "none";

export interface Button {
  title: string;
  payload: string;
}

/** The parts of a gap, in the order in which they follow one another. */
export const PART_NAMES = ["endpoint", "recognition", "understanding", "flow", "first_audio"] as const;
export type PartName = (typeof PART_NAMES)[number];

interface FlowAt {
  flow_id: string;
  step_id: string;
}

export type CallEvent =
  | { type: "call_started"; call_id: string; assistant: string; transport: string }
  | { type: "speech_started"; at_ms: number }
  | { type: "speech_paused"; revision: number; at_ms: number }
  | { type: "partial_transcript"; text: string; at_ms: number }
  | { type: "final_transcript"; revision: number; text: string; log_probability: number; at_ms: number }
  | { type: "turn_probability"; revision: number; probability: number; at_ms: number }
  | { type: "turn_ended"; revision: number; text: string; speech_end_ms: number; at_ms: number }
  | { type: "turn_dropped"; revision: number; reason: string; at_ms: number }
  | { type: "turn_retracted"; revision: number; at_ms: number }
  | { type: "barge_in"; reply_id: number; heard_ms: number; at_ms: number }
  | { type: "reply_started"; reply_id: number; at_ms: number }
  | { type: "reply_finished"; reply_id: number; heard_ms: number; at_ms: number }
  | {
      type: "latency_measured";
      reply_id: number;
      gap_ms: number;
      parts: Record<string, number>;
      speech_end_ms: number;
      first_audio_ms: number;
    }
  | { type: "fault"; code: string; message: string; at_ms: number }
  | { type: "call_ended"; reason: string; at_ms: number };

export type DialogueEvent =
  | {
      type: "user_said";
      text: string;
      commands: string[];
      stage: Stage;
      took_ms: number;
      prompt_tokens?: number;
      completion_tokens?: number;
    }
  | { type: "assistant_said"; text: string; response: string | null; buttons: Button[]; source?: string }
  | { type: "flow_started"; flow_id: string }
  | ({ type: "flow_interrupted" } & FlowAt)
  | ({ type: "flow_resumed" } & FlowAt)
  | ({ type: "flow_completed" } & FlowAt)
  | ({ type: "flow_cancelled" } & FlowAt)
  | ({ type: "step_entered" } & FlowAt)
  | { type: "slot_set"; name: string; value: Json; by?: string }
  | { type: "action_executed"; name: string };

export type ServerEvent = CallEvent | DialogueEvent;

export interface Pong {
  type: "pong";
  client_ms: number;
  call_ms: number;
}

export type ClientMessage =
  | { type: "ping"; client_ms: number }
  | { type: "say"; text: string }
  | { type: "key"; key: string }
  | { type: "silence" }
  | { type: "hang_up" };

/** Read one message of the data channel; null for anything that is not an object with a `type`. */
export function parseMessage(data: unknown): ServerEvent | Pong | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { type } = value as { type?: unknown };
  return typeof type === "string" ? (value as ServerEvent | Pong) : null;
}
