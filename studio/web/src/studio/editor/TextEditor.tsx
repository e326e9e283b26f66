/** The text of one file: one document, one history with canvas and forms. */

import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import { editorStrings } from "../../strings/en/canvas";
import { contentStrings } from "../../strings/en/content";
import { ApiProblem } from "../api/http";
import type { Flow, TextFile } from "../api/types";
import { useFocus } from "../canvas/focusStore";
import { useProject } from "../document/DocumentProvider";
import { unsent } from "../document/unsent";
import { keptText } from "./keptText";
import { type Marked, marksFor } from "./marks";
import { parts, shadowOf } from "./setup";
import { lineIn, stepAtLine } from "./yamlPlaces";
import { type Saving, YamlSaving } from "./yamlSaving";

/** Findings come when the server has looked, however long after the text. */
const marksChanged = StateEffect.define<null>();
const setStep = StateEffect.define<{ from: number; to: number } | null>();
const stepLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let shown = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setStep)) continue;
      if (effect.value === null) {
        shown = Decoration.none;
        continue;
      }
      const lines = [];
      const last = Math.min(effect.value.to, transaction.state.doc.lines);
      for (let line = effect.value.from; line <= last; line += 1) lines.push(Decoration.line({ class: "cm-step" }).range(transaction.state.doc.line(line).from));
      shown = Decoration.set(lines);
    }
    return shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});

interface TextEditorProps {
  /** Whose steps the lines belong to, if any one's. */
  flow: Flow | null;
  path: string;
  /** Where the cursor is put when it opens. */
  line: number | undefined;
  file: TextFile;
  /** When the file was read: it may be the same as before, and be waited for. */
  readAt: number;
  saving: Saving;
  onSaving: (saving: Saving) => void;
}

export function TextEditor({ flow, path, line, file, readAt, saving, onSaving }: TextEditorProps) {
  const { api, project, store } = useProject();
  const queries = useQueryClient();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const draft = useRef<YamlSaving>(null);
  const now = useRef({ flow, line, label: flow === null ? contentStrings.labels.edit(path) : editorStrings.label, onSaving, marks: [] as readonly Marked[] });
  now.current = { ...now.current, flow, onSaving };
  const findings = useStore(store, (state) => state.findings);
  const selectedKey = useStore(store, (state) => (flow !== null && state.selection.flow === flow.id ? (state.selection.keys[0] ?? null) : null));
  const isReadOnly = flow?.is_default === true;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = shadowOf(element);
    const kept = isReadOnly ? null : keptText(project, path);
    const document = store.getState();
    const own: YamlSaving = new YamlSaving(
      {
        project,
        path,
        file,
        view: () => editor,
        send: (text, etag, onRefused) => document.edit(now.current.label, [{ op: "write_file", path, text }], { base: { files: { [path]: etag } }, onRefused }),
        read: () => api.file(path),
        onSaving: (told) => now.current.onSaving(told),
        onTakenBack: () => void queries.invalidateQueries({ queryKey: ["project", project, "file", path] }),
      },
      kept,
    );
    const editor: EditorView = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: kept?.typed ?? file.text,
        extensions: [
          ...parts(now.current.label, false),
          keymap.of([
            { key: "Mod-z", run: () => (own.save(), void store.getState().undo(), true) },
            { key: "Mod-Shift-z", run: () => (void store.getState().redo(), true) },
            { key: "Mod-y", run: () => (void store.getState().redo(), true) },
            { key: "Mod-s", run: () => (own.save(), true) },
          ]),
          stepLines,
          lintGutter(),
          linter((shown) => linesOf(shown, now.current.marks), { needsRefresh: (update) => update.transactions.some(({ effects }) => effects.some((effect) => effect.is(marksChanged))) }),
          EditorState.readOnly.of(isReadOnly),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && update.transactions.some((each) => each.isUserEvent("input") || each.isUserEvent("delete") || each.isUserEvent("move"))) own.hear();
            // Moving the cursor into a step selects it on the canvas.
            const { flow: shown } = now.current;
            if (shown !== null && update.selectionSet && update.view.hasFocus && update.transactions.some((each) => each.isUserEvent("select"))) {
              const line = update.state.doc.lineAt(update.state.selection.main.head).number;
              const step = stepAtLine(shown, line);
              if (step !== null) store.getState().select({ flow: shown.id, keys: [step], edge: null });
            }
          }),
        ],
      }),
    });
    view.current = editor;
    draft.current = own;
    const leave = (): void => own.keep();
    window.addEventListener("pagehide", leave);
    if (kept !== null) own.hear();
    if (now.current.line !== undefined) goTo(editor, now.current.line);
    return () => {
      window.removeEventListener("pagehide", leave);
      own.close();
      editor.destroy();
      view.current = null;
      draft.current = null;
    };
    // The editor is made once for a file; what changes afterwards comes in by the effects below.
  }, [path, project, api, queries, store, isReadOnly]);

  // What was saved elsewhere (canvas, form, another person) comes in.
  useEffect(() => draft.current?.take(file), [file, readAt]);

  // What is typed and on its way counts as not saved yet; what is not valid says so itself.
  useEffect(() => (saving.kind === "typing" ? unsent() : undefined), [saving.kind]);

  useEffect(() => {
    now.current.marks = marksFor(findings, path, saving.kind === "invalid" ? { line: lineOf(saving), message: saving.message, severity: "error" } : null);
    view.current?.dispatch({ effects: marksChanged.of(null) });
  }, [findings, path, saving]);

  const asked = useFocus((focus) => focus.asked);
  useEffect(() => {
    const editor = view.current;
    if (editor === null || flow === null) return;
    const step = flow.steps.find((each) => each.key === selectedKey);
    const offset = isReadOnly ? flow.line - 1 : 0;
    const lines = step === undefined || step.line === 0 ? null : { from: Math.max(1, step.line - offset), to: step.end_line - offset };
    editor.dispatch({ effects: setStep.of(lines !== null && lines.from <= editor.state.doc.lines ? lines : null) });
    const first = lines?.from ?? flow.line - offset;
    if (editor.hasFocus || first < 1 || first > editor.state.doc.lines) return;
    editor.dispatch({ effects: EditorView.scrollIntoView(editor.state.doc.line(first).from, { y: "center" }) });
  }, [selectedKey, flow, isReadOnly, asked]);

  return <div ref={host} className="min-h-0 flex-1 overflow-hidden" data-testid="yaml-editor" />;
}

function goTo(editor: EditorView, line: number): void {
  const { from } = editor.state.doc.line(Math.min(Math.max(1, line), editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  editor.focus();
}

/** Where the server found what is wrong. */
function lineOf({ message, error }: { message: string; error: unknown }): number {
  const place = error instanceof ApiProblem ? (error.body.place as { line?: unknown } | undefined) : undefined;
  return typeof place?.line === "number" ? place.line : (lineIn(message) ?? 1);
}

function linesOf(shown: EditorView, marks: readonly Marked[]): Diagnostic[] {
  return marks
    .filter((mark) => mark.line <= shown.state.doc.lines)
    .map((mark) => {
      const line = shown.state.doc.line(Math.max(1, mark.line));
      return { from: line.from, to: line.to, severity: mark.severity, message: mark.message };
    });
}
