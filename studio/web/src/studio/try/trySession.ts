/** What the try-it panel is busy with: the call, the conversation behind it, and what the server told of that. */

import { create } from "zustand";
import { CallStore } from "../../call/callStore";
import type { Json, ServerEvent } from "../../core/events";
import { isInCall } from "../../core/phase";
import { tryStrings } from "../../strings/en/try";
import { ApiProblem, wordsOf } from "../api/http";
import { toast } from "../ui/toasts";
import { DARK, lit, type Lighting } from "./lighting";
import { type Back, type Rewound, type Told, tryApi } from "./tryApi";

export type Mode = "chat" | "call";

/** Turns come in bursts of events; the server is asked once they have passed. */
const SETTLE_MS = 120;
const FOLLOW_KEY = "vivavoce.studio.follow";

interface Session {
  /** Whose conversation this is. */
  readonly project: string | null;
  readonly mode: Mode;
  /** `draft`, `staging`, `production`, `branch:NAME`, or `trained:VERSION`. */
  readonly environment: string;
  readonly isFollowing: boolean;
  readonly conversationId: string | null;
  readonly told: Told | null;
  readonly lighting: Lighting;
  /** Where this conversation came from, where it was made by going back. */
  readonly rewound: { readonly turn: number; readonly result: Rewound } | null;
  readonly isBusy: boolean;
  /** Another project is open: nothing of the last one is shown. */
  open(project: string): void;
  choose(environment: string): void;
  follow(isFollowing: boolean): void;
  begin(project: string, mode: Mode, from?: { turn: number; result: Rewound }): Promise<void>;
  rewind(project: string, back: Back): Promise<boolean>;
  setSlot(name: string, value: Json): Promise<boolean>;
  dismissReplay(): void;
  stop(): void;
}

// Recordings as microphone are taken as they are, like on the call page.
const isRaw = new URLSearchParams(window.location.search).get("audio") === "raw";
export const tryCall = new CallStore(isRaw);

function keptFollowing(): boolean {
  try {
    return localStorage.getItem(FOLLOW_KEY) !== "no";
  } catch {
    return true;
  }
}

export const useTry = create<Session>()((set, get) => {
  let timer = 0;
  const refresh = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(async () => {
      const { conversationId } = get();
      if (conversationId === null) return;
      const told = await tryApi.conversation(conversationId).catch(() => null);
      if (told !== null && get().conversationId === conversationId) set({ told });
    }, SETTLE_MS);
  };
  tryCall.listen((event: ServerEvent) => {
    const lighting = lit(get().lighting, event);
    if (lighting !== get().lighting) set({ lighting });
    if (event.type === "call_started") set({ conversationId: event.call_id });
    if (/^(call_started|user_said|assistant_said|slot_set|flow_completed|turn_retracted)$/.test(event.type)) refresh();
  });
  const refused = (error: unknown): void => {
    const isGone = error instanceof ApiProblem && error.status === 404;
    toast.error(isGone ? tryStrings.gone : wordsOf(error));
  };

  return {
    project: null,
    mode: "chat",
    environment: "draft",
    isFollowing: keptFollowing(),
    conversationId: null,
    told: null,
    lighting: DARK,
    rewound: null,
    isBusy: false,
    open: (project) => {
      if (get().project === project) return;
      if (isInCall(tryCall.getSnapshot().phase)) tryCall.hangUp();
      tryCall.clear();
      set({ project, environment: "draft", conversationId: null, told: null, lighting: DARK, rewound: null });
    },
    choose: (environment) => set({ environment }),
    follow: (isFollowing) => {
      set({ isFollowing });
      try {
        localStorage.setItem(FOLLOW_KEY, isFollowing ? "yes" : "no");
      } catch {
        // Storage is switched off: it is followed again at the next visit.
      }
    },
    begin: async (project, mode, from) => {
      if (isInCall(tryCall.getSnapshot().phase)) tryCall.hangUp();
      const before = from?.result.events ?? [];
      set({
        project,
        mode,
        conversationId: from?.result.conversation_id ?? null,
        told: from?.result ?? null,
        lighting: before.reduce(lit, DARK),
        rewound: from ?? null,
      });
      const about: Record<string, string> = { project, environment: get().environment };
      if (mode === "chat") about.is_chat = "true";
      if (from !== undefined) about.conversation = from.result.conversation_id;
      await tryCall.place({ isSilent: mode === "chat", deviceId: "", about, before });
    },
    rewind: async (project, back) => {
      const { conversationId, mode, begin } = get();
      if (conversationId === null) return false;
      set({ isBusy: true });
      try {
        const result = await tryApi.rewind(conversationId, back);
        await begin(project, mode, { turn: back.turn, result });
        return true;
      } catch (error) {
        refused(error);
        return false;
      } finally {
        set({ isBusy: false });
      }
    },
    setSlot: async (name, value) => {
      const { conversationId, told } = get();
      if (conversationId === null) return false;
      try {
        const { events, slots } = await tryApi.setSlots(conversationId, { [name]: value });
        for (const event of events) tryCall.takeIn(event);
        if (told !== null) set({ told: { ...told, slots } });
        refresh();
        return true;
      } catch (error) {
        refused(error);
        return false;
      }
    },
    dismissReplay: () => set({ rewound: null }),
    stop: () => {
      if (isInCall(tryCall.getSnapshot().phase)) tryCall.hangUp();
    },
  };
});
