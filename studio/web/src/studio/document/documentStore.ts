/** One open project in the page: what the server confirmed, what waits to be sent, and what can be undone.
 *
 *     gesture ─ edit() ─► queue ─ one request at a time ─► Edited ─► confirmed flows, history, findings
 *                  └────► shown at once: confirmed flows + the queue applied here (optimistic.ts)
 *
 * Lost network, a full disk, an ended session: the queue stays (also across a reload) and is sent again until it is
 * taken. Each gesture has a name, by which the server knows one that it has done already, and says what its maker saw.
 * A conflict stops the queue until the person has merged. Anything else that the server refuses is told, and the gesture
 * is taken back.
 */

import { createStore } from "zustand/vanilla";
import type { DocumentApi } from "../api/client";
import { ApiProblem, wordsOf } from "../api/http";
import { newName } from "../api/pageId";
import type { Base, Command, Conflict, Edited, Flow } from "../api/types";
import { confirmedFlows } from "./confirmedFlows";
import { historyAfter, movedSelection, NO_HISTORY, NOTHING_SELECTED } from "./history";
import { applied, touched, touchedFiles, translated } from "./optimistic";
import { keepQueue, keptOf, takenQueue } from "./keptQueue";
import { counted, withFlows } from "./outlines";
import { isPassing, movedOn, NO_BASE, onOwn, standing, withoutFirst } from "./sending";
import type { DocumentActions, DocumentState, DocumentStore, Gesture, StoreOptions } from "./documentState";

export type { DocumentActions, DocumentState, DocumentStore, EditOptions, Gesture, SaveState, StoreOptions } from "./documentState";

const RETRY_MS = [1_000, 2_000, 4_000, 8_000];

export function createDocumentStore(project: string, api: DocumentApi, options: StoreOptions = {}): DocumentStore {
  const retryMs = options.retryMs ?? RETRY_MS;
  const storage = options.storage === undefined ? null : options.storage;
  const { flows: confirmed, put, fetch: fetchFlow } = confirmedFlows((id) => api.flow(id));
  const waiting = new Map<number, (edited: Edited | null) => void>();
  const refusals = new Map<number, (problem: unknown) => void>();
  /** Gestures that the server may have done already, whether its answer came or not. */
  const wasSent = new Set<number>();
  /** Etags of files as the page still shows them, where what others did was merged in: until they are read again. */
  const own = new Map<string, string>();
  /** How many edits were answered, and the revision that the last of them made. */
  let answers = 0;
  let answered = 0;
  /** How often findings were asked for or told: an older answer does not go over a newer. */
  let findingsTold = 0;
  let number = 0;
  let ownTab = "";
  let isSending = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const store = createStore<DocumentState & DocumentActions>()((set, get) => {
    /** Show the confirmed flows with everything that waits applied to them. */
    const shown = (queue: readonly Gesture[], only?: readonly string[]): Readonly<Record<string, Flow>> => {
      // Without `only` everything is shown anew: a flow that is gone is in no list of those that are there.
      const flows: Record<string, Flow> = only === undefined ? {} : { ...get().flows };
      const ids = only ?? Object.keys(confirmed);
      const commands = standing(queue).flatMap((gesture) => gesture.commands);
      for (const id of ids) {
        const flow = confirmed[id];
        if (flow === undefined) delete flows[id];
        else flows[id] = commands.reduce(applied, flow);
      }
      return flows;
    };

    const setQueue = (queue: readonly Gesture[], only?: readonly string[]): void => {
      const isKept = keepQueue(storage, project, ownTab, keptOf(queue, get().history));
      set({ queue, isKept, flows: shown(queue, only) });
    };

    /** What is wrong comes when the server has checked the whole: nothing waits for that. */
    const fetchFindings = async (): Promise<void> => {
      findingsTold += 1;
      const asked = findingsTold;
      const findings = await api.findings().catch(() => null);
      if (findings !== null && asked === findingsTold) get().setFindings(findings);
    };

    const baseOf = (commands: readonly Command[], kind: Gesture["kind"]): Base => {
      const { etags } = get();
      const flows: Record<string, string> = {};
      const files: Record<string, string> = {};
      for (const id of touched(commands)) if (confirmed[id] !== undefined) flows[id] = confirmed[id].etag;
      for (const path of touchedFiles(commands)) {
        const etag = (kind === "edit" ? own.get(path) : undefined) ?? etags[path];
        if (etag !== undefined) files[path] = etag;
      }
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
      wasSent.delete(gesture.id);
    };

    const take = (gesture: Gesture, edited: Edited): void => {
      const state = get();
      for (const flow of edited.flows) put(flow.id, flow);
      for (const id of edited.removed) put(id, undefined);
      for (const path of Object.keys(edited.files)) own.delete(path);
      for (const [path, etag] of Object.entries({ ...edited.own?.files, ...gesture.decidedOn?.files })) own.set(path, etag);
      answers += 1;
      answered = edited.revision;
      findingsTold += 1;
      const stays = (each: Gesture): boolean => each.isBaseGiven === true || gesture.decidedOn !== undefined;
      const queue = state.queue.slice(1).map((each) => ({ ...each, commands: translated(each.commands, edited.moved), base: stays(each) ? each.base : movedOn(each.base, edited) }));
      if (state.trouble !== null) options.onRelief?.(state.trouble);
      const entry = gesture.kind === "undo" ? state.history.past.at(-1) : state.history.future.at(-1);
      const selection =
        gesture.kind === "edit" || entry === undefined
          ? movedSelection(state.selection, edited, queue.flatMap((each) => each.commands))
          : gesture.kind === "undo"
            ? entry.before
            : entry.after;
      set({
        history: historyAfter(state.history, gesture, edited.undo),
        findings: edited.findings,
        etags: { ...state.etags, ...edited.files },
        selection,
        outline: edited.outline ?? withFlows(state.outline, edited, Date.now() / 1000),
        // Others made what lies between: their event brings it.
        known: edited.revision <= state.known + 1 ? edited.revision : state.known,
        save: queue.length > 0 ? "saving" : "saved",
        trouble: null,
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
      const rest = withoutFirst(get().queue);
      setQueue(rest);
      settle(gesture, null);
      set({ save: rest.length > 0 ? "saving" : "saved", trouble: null });
      await get().refresh(touched(gesture.commands)).catch(() => undefined);
    };

    const wait = (error: unknown): void => {
      const trouble = error instanceof ApiProblem ? error.message : null;
      if (trouble !== null && trouble !== get().trouble) options.onTrouble?.(trouble);
      set({ save: trouble === null ? "offline" : "unsaved", trouble });
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
            wasSent.add(gesture.id);
            const base = gesture.kind === "edit" ? gesture.base : baseOf(commands, gesture.kind);
            const edited = await api.edit(commands, base, gesture.label, gesture.name);
            attempts = 0;
            take(gesture, edited);
          } catch (error) {
            if (isPassing(error)) {
              wait(error);
              return;
            }
            attempts = 0; // it was answered: what is done later is sent at once
            await refuse(gesture, error);
          }
        }
        if (get().save === "saving") set({ save: "saved" });
      } finally {
        isSending = false;
      }
    };

    /** Send a gesture behind what waits, or before `rest`, which was made after it. */
    const enqueue = (made: Omit<Gesture, "name" | "base">, rest?: readonly Gesture[], seen: Partial<Base> = {}): Promise<Edited | null> => {
      const base = baseOf(made.commands, made.kind);
      const gesture = { ...made, name: newName(), base: { flows: { ...base.flows, ...seen.flows }, files: { ...base.files, ...seen.files } }, isBaseGiven: seen.files !== undefined };
      const told = new Promise<Edited | null>((resolve) => waiting.set(gesture.id, resolve));
      const only = rest === undefined && made.kind === "edit" ? touched(made.commands) : undefined;
      setQueue(rest === undefined ? [...get().queue, gesture] : [gesture, ...rest], only);
      if (attempts === 0) void pump();
      return told;
    };

    return {
      project,
      outline: null,
      known: 0,
      flows: {},
      findings: [],
      etags: {},
      history: NO_HISTORY,
      queue: [],
      isKept: true,
      save: "saved",
      trouble: null,
      savedAt: null,
      selection: NOTHING_SELECTED,
      conflict: null,
      failed: {},

      async load() {
        const [outline, tab] = await Promise.all([api.outline(), options.tab?.() ?? null]);
        ownTab = tab?.id ?? "";
        set({ outline, known: outline.revision });
        void fetchFindings();
        if (get().queue.length > 0) return;
        const taken = await takenQueue(storage, project, tab);
        if (taken.length > 0) {
          await Promise.all(touched(taken.flatMap((gesture) => gesture.commands)).map((id) => get().openFlow(id)));
          const kept = taken.map((gesture) => ({ ...gesture, id: (number += 1) }));
          // What was done meanwhile comes after it, but for what is on its way to the server.
          const { queue } = get();
          const sent = queue.findIndex(({ id }) => !wasSent.has(id));
          const place = sent < 0 ? queue.length : sent;
          setQueue([...queue.slice(0, place), ...kept, ...queue.slice(place)]);
          void pump();
        }
      },

      async openFlow(id) {
        try {
          await fetchFlow(id);
          const { [id]: _, ...failed } = get().failed;
          set({ flows: shown(get().queue, [id]), failed });
        } catch (error) {
          set({ failed: { ...get().failed, [id]: wordsOf(error) } });
        }
      },

      async refresh(changed) {
        for (let isOvertaken = true; isOvertaken; ) {
          const asked = answers;
          const outline = await api.outline();
          const etags = new Map(outline.flows.map((flow) => [flow.id, flow.etag]));
          const open = Object.entries(confirmed);
          const stale = open.filter(([id, flow]) => changed === undefined || changed.includes(id) || etags.get(id) !== flow.etag);
          await Promise.all(stale.map(([id]) => (etags.has(id) ? fetchFlow(id) : put(id, undefined))));
          // An edit that was answered meanwhile may have made what this outline does not have yet.
          isOvertaken = answers !== asked && outline.revision < answered;
          set({ flows: shown(get().queue), ...(isOvertaken ? {} : { outline, known: outline.revision }) });
        }
        void fetchFindings();
      },

      edit(label, commands, given = {}) {
        const before = get().selection;
        const after = given.select ?? before;
        if (given.select !== undefined) set({ selection: after });
        number += 1;
        if (given.onRefused !== undefined) refusals.set(number, given.onRefused);
        return enqueue({ id: number, kind: "edit", label, commands, before, after }, undefined, given.base);
      },

      async undo() {
        const { queue, history } = get();
        const last = queue.at(-1);
        // What was not sent yet is simply taken out of the queue.
        if (last !== undefined && last.kind === "edit" && !wasSent.has(last.id)) {
          setQueue(queue.slice(0, -1), touched(last.commands));
          set({ selection: last.before });
          if (queue.length === 1) set({ save: "saved", trouble: null });
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
        const { conflict } = get();
        if (conflict === null) return;
        const { told, gesture } = conflict;
        const path = told.file ?? confirmed[told.flow ?? ""]?.file;
        let write: readonly Command[] = [];
        if (merged !== null && path !== undefined) {
          try {
            const etag = told.etag ?? (await api.file(path)).etag;
            if (get().conflict !== conflict) return;
            get().seeFile(path, etag);
          } catch (error) {
            // The question stays open, and what was merged with it.
            options.onTrouble?.(wordsOf(error));
            return;
          }
          write = [{ op: "write_file", path, text: merged }, ...(told.rest ?? [])];
        }
        const { queue, history, selection } = get();
        // What was done behind the question was made without the answer: where they clash, it is asked about again.
        const rest = queue.slice(1).map((each) => (each.isBaseGiven === true ? each : { ...each, base: onOwn(each.base, told.own) }));
        set({ conflict: null, save: "saving" });
        settle(gesture, null);
        if (write.length === 0) {
          // The words that were left out come back by undoing this.
          const back = gesture.kind === "edit" ? (told.back ?? []) : [];
          set({ history: historyAfter(history, { ...gesture, kind: "edit" }, back) });
          setQueue(rest);
        } else {
          await enqueue({ ...gesture, id: (number += 1), kind: "edit", commands: write, decidedOn: told.own ?? NO_BASE, before: selection, after: selection }, rest);
        }
        await get().refresh().catch(() => undefined);
        void pump();
      },

      seeFile(path, etag) {
        own.delete(path);
        set({ etags: { ...get().etags, [path]: etag } });
      },

      setFindings(findings) {
        findingsTold += 1;
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
