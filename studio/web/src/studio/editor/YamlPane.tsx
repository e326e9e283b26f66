/** The flow's file as text beside the canvas: one document, one history. Invalid YAML is told and never saved. */

import { linter, lintGutter } from "@codemirror/lint";
import { EditorSelection, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { editorStrings } from "../../strings/en/canvas";
import { uiStrings } from "../../strings/en/studio";
import { ApiProblem, wordsOf } from "../api/http";
import type { Flow } from "../api/types";
import { useFocus } from "../canvas/focusStore";
import { useProject } from "../document/DocumentProvider";
import { useShell } from "../shell/shellStore";
import { SkeletonRows } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import { type Marked, marksFor } from "./marks";
import { parts, shadowOf } from "./setup";
import { changeBetween, lineIn, stepAtLine } from "./yamlPlaces";

/** After so long without a key the text is saved. */
const PAUSE_MS = 500;

type Saving = { kind: "saved" } | { kind: "typing" } | { kind: "invalid"; message: string; line: number | null };

export default function YamlPane({ flow }: { flow: Flow }) {
  const { api, project, store } = useProject();
  const [saving, setSaving] = useState<Saving>({ kind: "saved" });
  const { data: file } = useQuery({
    queryKey: ["project", project, "file", flow.file, flow.is_default],
    queryFn: () => (flow.is_default ? { path: flow.file, text: flow.text ?? "", etag: "" } : api.file(flow.file)),
    placeholderData: (before) => (before?.path === flow.file ? before : undefined),
  });
  useEffect(() => {
    if (file !== undefined && file.etag !== "") store.getState().seeFile(file.path, file.etag);
  }, [file, store]);
  return (
    <>
      <header className="flex h-12 shrink-0 items-center justify-between gap-2 border-b pr-2 pl-4">
        <h2 className="truncate text-sm font-semibold">{flow.file}</h2>
        <span role="status" className="ml-auto shrink-0 text-xs text-soft" data-testid="yaml-state" data-state={saving.kind}>
          {saving.kind === "typing" ? editorStrings.typing : saving.kind === "invalid" ? "" : editorStrings.saved}
        </span>
        <IconButton icon={X} label={uiStrings.close} onClick={() => useShell.getState().setPane("none")} />
      </header>
      {saving.kind === "invalid" && (
        <p role="alert" className="flex gap-2 border-b bg-danger-wash px-4 py-2 text-xs text-danger" data-testid="yaml-invalid">
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          <span className="min-w-0 break-words">{`${editorStrings.invalid}. ${saving.message}`}</span>
        </p>
      )}
      {file === undefined ? <SkeletonRows /> : <Editor key={file.path} flow={flow} text={file.text} path={file.path} saving={saving} onSaving={setSaving} />}
    </>
  );
}

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

interface EditorProps {
  flow: Flow;
  path: string;
  text: string;
  saving: Saving;
  onSaving: (saving: Saving) => void;
}

function Editor({ flow, path, text, saving, onSaving }: EditorProps) {
  const { store } = useProject();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const now = useRef({ flow, saved: text, onSaving, marks: [] as readonly Marked[] });
  now.current = { ...now.current, flow, onSaving };
  const findings = useStore(store, (state) => state.findings);
  const selectedKey = useStore(store, (state) => (state.selection.flow === flow.id ? (state.selection.keys[0] ?? null) : null));
  const isReadOnly = flow.is_default;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = shadowOf(element);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const save = (): void => {
      clearTimeout(timer);
      const typed = editor.state.doc.toString();
      if (typed === now.current.saved) return;
      const before = now.current.saved;
      now.current.saved = typed;
      void store
        .getState()
        .edit(editorStrings.label, [{ op: "write_file", path, text: typed }], {
          onRefused: (error) => {
            now.current.saved = before;
            const line = error instanceof ApiProblem && typeof error.body.line === "number" ? error.body.line : lineIn(wordsOf(error));
            now.current.onSaving({ kind: "invalid", message: wordsOf(error), line });
          },
        })
        .then((edited) => edited !== null && now.current.onSaving({ kind: "saved" }));
    };
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...parts(editorStrings.label, false),
          keymap.of([
            { key: "Mod-z", run: () => (save(), void store.getState().undo(), true) },
            { key: "Mod-Shift-z", run: () => (void store.getState().redo(), true) },
            { key: "Mod-y", run: () => (void store.getState().redo(), true) },
            { key: "Mod-s", run: () => (save(), true) },
          ]),
          stepLines,
          lintGutter(),
          linter((shown) =>
            now.current.marks
              .filter((mark) => mark.line <= shown.state.doc.lines)
              .map((mark) => {
                const line = shown.state.doc.line(Math.max(1, mark.line));
                return { from: line.from, to: line.to, severity: mark.severity, message: mark.message };
              }),
          ),
          EditorState.readOnly.of(isReadOnly),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && update.transactions.some((each) => each.isUserEvent("input") || each.isUserEvent("delete") || each.isUserEvent("move"))) {
              now.current.onSaving({ kind: "typing" });
              clearTimeout(timer);
              timer = setTimeout(save, PAUSE_MS);
            }
            // Moving the cursor into a step selects it on the canvas.
            if (update.selectionSet && update.view.hasFocus && update.transactions.some((each) => each.isUserEvent("select"))) {
              const line = update.state.doc.lineAt(update.state.selection.main.head).number;
              const step = stepAtLine(now.current.flow, line);
              if (step !== null) store.getState().select({ flow: now.current.flow.id, keys: [step], edge: null });
            }
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      save();
      clearTimeout(timer);
      editor.destroy();
      view.current = null;
    };
    // The editor is made once for a file; what changes afterwards comes in by the effects below.
  }, [path, store, isReadOnly]);

  // What was saved elsewhere (canvas, form, another person) replaces the text, unless this one is being typed in.
  useEffect(() => {
    const editor = view.current;
    if (editor === null || text === now.current.saved) return;
    const isTyped = editor.state.doc.toString() !== now.current.saved;
    now.current.saved = text;
    if (isTyped) return;
    const { main } = editor.state.selection;
    editor.dispatch({
      changes: changeBetween(editor.state.doc.toString(), text),
      selection: EditorSelection.single(Math.min(main.anchor, text.length), Math.min(main.head, text.length)),
    });
  }, [text]);

  useEffect(() => {
    now.current.marks = marksFor(findings, path, saving.kind === "invalid" ? { line: saving.line ?? 1, message: saving.message, severity: "error" } : null);
    view.current?.dispatch({ effects: [] });
  }, [findings, path, saving]);

  const asked = useFocus((focus) => focus.asked);
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
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
