/** What an open document has and can do: see `documentStore`. */

import type { StoreApi } from "zustand/vanilla";
import type { Base, Command, Conflict, Edited, Finding, Flow, Outline } from "../api/types";
import type { History, Selection } from "./history";
import type { Tab } from "./tab";

/** `offline`: nobody answers. `unsaved`: the server cannot save just now, and says why in `trouble`. */
export type SaveState = "saved" | "saving" | "offline" | "unsaved" | "conflict";

export interface Gesture {
  readonly id: number;
  /** The same on every way to the server, so that it is done once. */
  readonly name: string;
  /** What was shown of what it touches when it was made. */
  readonly base: Base;
  /** Its maker said what it was made of: one's own earlier gestures are not in it, so it does not move on with them. */
  readonly isBaseGiven?: boolean;
  /** It writes what a person has decided, who had this until then: what waits behind it was made on that. */
  readonly decidedOn?: Base;
  readonly kind: "edit" | "undo" | "redo";
  readonly label: string;
  readonly commands: readonly Command[];
  readonly before: Selection;
  readonly after: Selection;
}

/** The etag of a file that was not there. */
export const NO_FILE = "";

export interface EditOptions {
  /** What is selected once the gesture is done; as before where it is not given. */
  readonly select?: Selection;
  /** What its maker saw, where that is not what the document shows. */
  readonly base?: Partial<Base>;
  /** Hears a refusal itself; else it is shown to the person. */
  readonly onRefused?: (problem: unknown) => void;
}

export interface DocumentState {
  readonly project: string;
  readonly outline: Outline | null;
  /** The revision up to which everything that was changed is known here, by oneself and by others. */
  readonly known: number;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly findings: readonly Finding[];
  readonly etags: Readonly<Record<string, string>>;
  readonly history: History;
  readonly queue: readonly Gesture[];
  /** The queue outlives the page: the browser has room for it, and keeps it. */
  readonly isKept: boolean;
  readonly save: SaveState;
  /** Why the server cannot save just now, in its words. */
  readonly trouble: string | null;
  readonly savedAt: number | null;
  readonly selection: Selection;
  readonly conflict: { readonly told: Conflict; readonly gesture: Gesture } | null;
  readonly failed: Readonly<Record<string, string>>;
}

export interface DocumentActions {
  load(): Promise<void>;
  openFlow(id: string): Promise<void>;
  /** Fetch what others changed. `changed`: flows that are known to be other than before; else every open one. */
  refresh(changed?: readonly string[]): Promise<void>;
  edit(label: string, commands: readonly Command[], options?: EditOptions): Promise<Edited | null>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  select(selection: Selection): void;
  resolve(merged: string | null): Promise<void>;
  seeFile(path: string, etag: string): void;
  /** What is wrong, found by the server in its own time. */
  setFindings(findings: readonly Finding[]): void;
  sendAgain(): void;
  close(): void;
}

export type DocumentStore = StoreApi<DocumentState & DocumentActions>;

export interface StoreOptions {
  readonly onTrouble?: (message: string) => void;
  /** What kept the server from saving is over. */
  readonly onRelief?: (message: string) => void;
  readonly onEdited?: (edited: Edited, gesture: Gesture) => void;
  readonly retryMs?: readonly number[];
  readonly storage?: Storage | null;
  /** Under whose name what was not sent is kept. */
  readonly tab?: () => Promise<Tab>;
}
