/** One open project in the page: what the server confirmed, what waits to be sent, and what can be undone.
 *
 *     gesture ─ edit() ─► queue ─ one request at a time ─► Edited ─► confirmed flows, history, findings
 *                  └────► shown at once: confirmed flows + the queue applied here (optimistic.ts)
 *
 * Lost network: the queue stays (also across a reload) and is sent when the server answers again. A conflict stops the
 * queue until the person has merged. Anything else that the server refuses is told, and the gesture is taken back.
 */

import { createStore, type StoreApi } from "zustand/vanilla";
import type { DocumentApi } from "../api/client";
import { ApiProblem, ServerUnreachable, wordsOf } from "../api/http";
import type { Base, Command, Conflict, Edited, Finding, Flow, Outline } from "../api/types";
import { type Entry, type History, NO_HISTORY, NOTHING_SELECTED, recorded, redone, type Selection, undone } from "./history";
import { applied, touched, touchedFiles, translated } from "./optimistic";
import { keepQueue, takenQueue } from "./keptQueue";
import type { Tab } from "./tab";

export type SaveState = "saved" | "saving" | "offline" | "conflict";

export interface Gesture {
  readonly id: number;
  readonly kind: "edit" | "undo" | "redo";
  readonly label: string;
  readonly commands: readonly Command[];
  readonly before: Selection;
  readonly after: Selection;
}

export interface EditOptions {
  /** What is selected once the gesture is done; as before where it is not given. */
  readonly select?: Selection;
  /** Hears a refusal itself; else it is shown to the person. */
  readonly onRefused?: (problem: unknown) => void;
}

export interface DocumentState {
  readonly project: string;
  readonly outline: Outline | null;
  readonly flows: Readonly<Record<string, Flow>>;
  readonly findings: readonly Finding[];
  readonly etags: Readonly<Record<string, string>>;
  readonly history: History;
  readonly queue: readonly Gesture[];
  readonly save: SaveState;
  readonly savedAt: number | null;
  readonly selection: Selection;
  readonly conflict: { readonly told: Conflict; readonly gesture: Gesture } | null;
  readonly failed: Readonly<Record<string, string>>;
}

export interface DocumentActions {
  load(): Promise<void>;
  openFlow(id: string): Promise<void>;
  refresh(flows?: readonly string[]): Promise<void>;
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
  readonly onEdited?: (edited: Edited, gesture: Gesture) => void;
  readonly retryMs?: readonly number[];
  readonly storage?: Storage | null;
  /** Under whose name what was not sent is kept. */
  readonly tab?: () => Promise<Tab>;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000];

export function createDocumentStore(project: string, api: DocumentApi, options: StoreOptions = {}): DocumentStore {
  const retryMs = options.retryMs ?? RETRY_MS;
  const storage = options.storage === undefined ? null : options.storage;
  const confirmed: Record<string, Flow> = {};
  const waiting = new Map<number, (edited: Edited | null) => void>();
  const refusals = new Map<number, (problem: unknown) => void>();
  let number = 0;
  let ownTab = "";
  let isSending = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const store = createStore<DocumentState & DocumentActions>()((set, get) => {
    /** Show the confirmed flows with everything that waits applied to them. */
    const shown = (queue: readonly Gesture[], only?: readonly string[]): Readonly<Record<string, Flow>> => {
      const flows = { ...get().flows };
      const ids = only ?? Object.keys(confirmed);
      const commands = queue.flatMap((gesture) => (gesture.kind === "edit" ? gesture.commands : []));
      for (const id of ids) {
        const flow = confirmed[id];
        if (flow === undefined) delete flows[id];
        else flows[id] = commands.reduce(applied, flow);
      }
      return flows;
    };

    const setQueue = (queue: readonly Gesture[], only?: readonly string[]): void => {
      set({ queue, flows: shown(queue, only) });
      keepQueue(storage, project, ownTab, queue);
    };

    const baseOf = (commands: readonly Command[]): Base => {
      const { etags } = get();
      const flows: Record<string, string> = {};
      const files: Record<string, string> = {};
      for (const id of touched(commands)) if (confirmed[id] !== undefined) flows[id] = confirmed[id].etag;
      for (const path of touchedFiles(commands)) if (etags[path] !== undefined) files[path] = etags[path];
      return { flows, files };
    };

    const commandsOf = (gesture: Gesture): readonly Command[] | null => {
      const { past, future } = get().history;
      if (gesture.kind === "edit") return gesture.commands;
      return (gesture.kind === "undo" ? past : future).at(-1)?.commands ?? null;
    };

    const settle = (gesture: Gesture, edited: Edited | null): void => {
      waiting.get(gesture.id)?.(edited);
      waiting.delete(gesture.id);
      refusals.delete(gesture.id);
    };

    const historyAfter = (gesture: Gesture, edited: Edited): History => {
      const { history } = get();
      if (gesture.kind === "undo") return undone(history, edited.undo);
      if (gesture.kind === "redo") return redone(history, edited.undo);
      const entry: Entry = {
        label: gesture.label,
        commands: edited.undo,
        before: gesture.before,
        after: gesture.after,
      };
      return edited.undo.length === 0 ? history : recorded(history, entry);
    };

    const take = (gesture: Gesture, edited: Edited): void => {
      const state = get();
      for (const flow of edited.flows) confirmed[flow.id] = flow;
      for (const id of edited.removed) delete confirmed[id];
      const queue = state.queue.slice(1).map((each) => ({ ...each, commands: translated(each.commands, edited.moved) }));
      const entry = gesture.kind === "undo" ? state.history.past.at(-1) : state.history.future.at(-1);
      const selection =
        gesture.kind === "edit" || entry === undefined
          ? movedSelection(state.selection, edited, queue)
          : gesture.kind === "undo"
            ? entry.before
            : entry.after;
      set({
        history: historyAfter(gesture, edited),
        findings: edited.findings,
        etags: { ...state.etags, ...edited.files },
        selection,
        outline: edited.outline ?? withFlows(state.outline, edited),
        save: queue.length > 0 ? "saving" : "saved",
        savedAt: Date.now(),
      });
      setQueue(queue, [...edited.flows.map((flow) => flow.id), ...edited.removed, ...touched(queue.flatMap((g) => g.commands))]);
      settle(gesture, edited);
      options.onEdited?.(edited, gesture);
    };

    const refuse = async (gesture: Gesture, error: unknown): Promise<void> => {
      if (error instanceof ApiProblem && error.status === 409 && error.body.type === "conflict") {
        set({ save: "conflict", conflict: { told: error.body as unknown as Conflict, gesture } });
        return;
      }
      const told = refusals.get(gesture.id);
      if (told === undefined) options.onTrouble?.(wordsOf(error));
      else told(error);
      const rest = get().queue.slice(1);
      setQueue(rest);
      settle(gesture, null);
      set({ save: rest.length > 0 ? "saving" : "saved" });
      await get().refresh(touched(gesture.commands)).catch(() => undefined);
    };

    const wait = (): void => {
      set({ save: "offline" });
      clearTimeout(timer);
      timer = setTimeout(() => void pump(), retryMs[Math.min(attempts, retryMs.length - 1)]);
      attempts += 1;
    };

    /** Send what waits, one gesture after another. */
    const pump = async (): Promise<void> => {
      if (isSending) return;
      isSending = true;
      try {
        for (let gesture = get().queue[0]; gesture !== undefined; gesture = get().queue[0]) {
          if (get().conflict !== null) return;
          const commands = commandsOf(gesture);
          if (commands === null) {
            setQueue(get().queue.slice(1));
            settle(gesture, null);
            continue;
          }
          set({ save: "saving" });
          try {
            take(gesture, await api.edit(commands, baseOf(commands), gesture.label));
            attempts = 0;
          } catch (error) {
            if (error instanceof ServerUnreachable) {
              wait();
              return;
            }
            await refuse(gesture, error);
          }
        }
        if (get().save === "saving") set({ save: "saved" });
      } finally {
        isSending = false;
      }
    };

    const enqueue = (gesture: Gesture): Promise<Edited | null> => {
      const told = new Promise<Edited | null>((resolve) => waiting.set(gesture.id, resolve));
      setQueue([...get().queue, gesture], touched(gesture.commands));
      if (get().save !== "offline" || attempts === 0) void pump();
      return told;
    };

    return {
      project,
      outline: null,
      flows: {},
      findings: [],
      etags: {},
      history: NO_HISTORY,
      queue: [],
      save: "saved",
      savedAt: null,
      selection: NOTHING_SELECTED,
      conflict: null,
      failed: {},

      async load() {
        const [outline, findings, tab] = await Promise.all([api.outline(), api.findings().catch(() => []), options.tab?.() ?? null]);
        ownTab = tab?.id ?? "";
        set({ outline, findings });
        if (get().queue.length > 0) return;
        const taken = await takenQueue(storage, project, tab);
        const kept = taken.map((gesture, index) => ({ ...gesture, id: number + 1 + index }));
        if (kept.length > 0) {
          await Promise.all(touched(kept.flatMap((gesture) => gesture.commands)).map((id) => get().openFlow(id)));
          number += kept.length;
          setQueue([...kept, ...get().queue]);
          void pump();
        }
      },

      async openFlow(id) {
        try {
          confirmed[id] = await api.flow(id);
          const { [id]: _, ...failed } = get().failed;
          set({ flows: shown(get().queue, [id]), failed });
        } catch (error) {
          set({ failed: { ...get().failed, [id]: wordsOf(error) } });
        }
      },

      async refresh(flows) {
        const ids = (flows ?? Object.keys(confirmed)).filter((id) => confirmed[id] !== undefined);
        const [outline, findings] = await Promise.all([api.outline(), api.findings()]);
        const known = new Set(outline.flows.map((flow) => flow.id));
        for (const id of ids) {
          if (known.has(id)) confirmed[id] = await api.flow(id);
          else delete confirmed[id];
        }
        set({ outline, findings, flows: shown(get().queue) });
      },

      edit(label, commands, given = {}) {
        const before = get().selection;
        const after = given.select ?? before;
        if (given.select !== undefined) set({ selection: after });
        number += 1;
        if (given.onRefused !== undefined) refusals.set(number, given.onRefused);
        return enqueue({ id: number, kind: "edit", label, commands, before, after });
      },

      async undo() {
        const { queue, history } = get();
        const last = queue.at(-1);
        // What was not sent yet is simply taken out of the queue.
        if (last !== undefined && last.kind === "edit" && !(isSending && queue.length === 1)) {
          setQueue(queue.slice(0, -1), touched(last.commands));
          set({ selection: last.before });
          if (queue.length === 1) set({ save: "saved" });
          settle(last, null);
          return;
        }
        const undos = queue.filter((gesture) => gesture.kind === "undo").length;
        const edits = queue.filter((gesture) => gesture.kind !== "undo").length;
        const entry = history.past.at(-1 - undos + edits) ?? history.past.at(-1);
        if (history.past.length + edits <= undos) return;
        number += 1;
        await enqueue({ id: number, kind: "undo", label: entry?.label ?? "", commands: [], before: get().selection, after: get().selection });
      },

      async redo() {
        const { queue, history } = get();
        const redos = queue.filter((gesture) => gesture.kind === "redo").length;
        if (history.future.length <= redos && !queue.some((gesture) => gesture.kind === "undo")) return;
        number += 1;
        const label = history.future.at(-1 - redos)?.label ?? "";
        await enqueue({ id: number, kind: "redo", label, commands: [], before: get().selection, after: get().selection });
      },

      select(selection) {
        set({ selection });
      },

      async resolve(merged) {
        const { conflict, queue } = get();
        if (conflict === null) return;
        const { told, gesture } = conflict;
        const rest = queue.slice(1);
        setQueue(rest);
        settle(gesture, null);
        set({ conflict: null, save: rest.length > 0 ? "saving" : "saved" });
        const path = told.file ?? (told.flow === undefined ? undefined : confirmed[told.flow]?.file);
        if (merged !== null && path !== undefined) {
          const etag = told.etag ?? (await api.file(path)).etag;
          set({ etags: { ...get().etags, [path]: etag } });
          await get().edit(gesture.label, [{ op: "write_file", path, text: merged }]);
        }
        await get().refresh();
        void pump();
      },

      seeFile(path, etag) {
        set({ etags: { ...get().etags, [path]: etag } });
      },

      setFindings(findings) {
        set({ findings, outline: counted(get().outline, findings) });
      },

      sendAgain() {
        clearTimeout(timer);
        attempts = 0;
        void pump();
      },

      close() {
        clearTimeout(timer);
        if (get().queue.length === 0) keepQueue(storage, project, ownTab, []);
      },
    };
  });
  return store;
}

/** What is selected, under the names that it has now; what waits to be sent counts as done. */
function movedSelection(selection: Selection, edited: Edited, queue: readonly Gesture[]): Selection {
  const keys = selection.flow === null ? undefined : edited.moved[selection.flow];
  const flow = edited.flows.find((each) => each.id === selection.flow);
  const followed = selection.keys.map((key) => keys?.[key] ?? key);
  if (flow === undefined) return keys === undefined ? selection : { ...selection, keys: followed };
  const shown = queue.flatMap((gesture) => gesture.commands).reduce(applied, flow);
  const known = new Set(shown.steps.map((step) => step.key));
  return { ...selection, keys: followed.filter((key) => known.has(key) || key === "START") };
}

/** Keep the flow list's figures right until the server sends a new outline. */
function withFlows(outline: Outline | null, edited: Edited): Outline | null {
  if (outline === null) return null;
  const flows = outline.flows.map((summary) => {
    const flow = edited.flows.find((each) => each.id === summary.id);
    if (flow === undefined) return summary;
    return { ...summary, name: flow.name, description: flow.description, n_steps: flow.steps.length, etag: flow.etag };
  });
  return counted({ ...outline, revision: edited.revision, flows }, edited.findings);
}

function counted(outline: Outline | null, findings: readonly Finding[]): Outline | null {
  if (outline === null) return null;
  const flows = outline.flows.map((summary) => {
    const own = findings.filter((finding) => finding.flow === summary.id);
    const errors = own.filter((finding) => finding.severity === "error").length;
    return { ...summary, errors, warnings: own.length - errors };
  });
  return { ...outline, flows };
}
