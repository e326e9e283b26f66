/** The flow's file as text beside the canvas: one document, one history. Invalid YAML is told and never saved. */

import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { editorStrings } from "../../strings/en/canvas";
import { uiStrings } from "../../strings/en/studio";
import { ApiProblem } from "../api/http";
import type { Flow, TextFile } from "../api/types";
import { useFocus } from "../canvas/focusStore";
import { useProject } from "../document/DocumentProvider";
import { unsent } from "../document/unsent";
import { useShell } from "../shell/shellStore";
import { SkeletonRows } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import { keptText } from "./keptText";
import { type Marked, marksFor } from "./marks";
import { parts, shadowOf } from "./setup";
import { lineIn, stepAtLine } from "./yamlPlaces";
import { type Saving, YamlSaving } from "./yamlSaving";

export default function YamlPane({ flow }: { flow: Flow }) {
  const { api, project } = useProject();
  const [saving, setSaving] = useState<Saving>({ kind: "saved" });
  const { data: file, dataUpdatedAt } = useQuery({
    queryKey: ["project", project, "file", flow.file, flow.is_default],
    queryFn: () => (flow.is_default ? { path: flow.file, text: flow.text ?? "", etag: "" } : api.file(flow.file)),
    placeholderData: (before) => (before?.path === flow.file ? before : undefined),
  });
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
      {file === undefined ? <SkeletonRows /> : <Editor key={file.path} flow={flow} file={file} path={file.path} readAt={dataUpdatedAt} saving={saving} onSaving={setSaving} />}
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
  file: TextFile;
  /** When the file was read: it may be the same as before, and be waited for. */
  readAt: number;
  saving: Saving;
  onSaving: (saving: Saving) => void;
}

function Editor({ flow, path, file, readAt, saving, onSaving }: EditorProps) {
  const { api, project, store } = useProject();
  const queries = useQueryClient();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const draft = useRef<YamlSaving>(null);
  const now = useRef({ flow, onSaving, marks: [] as readonly Marked[] });
  now.current = { ...now.current, flow, onSaving };
  const findings = useStore(store, (state) => state.findings);
  const selectedKey = useStore(store, (state) => (state.selection.flow === flow.id ? (state.selection.keys[0] ?? null) : null));
  const isReadOnly = flow.is_default;

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
        send: (text, etag, onRefused) => document.edit(editorStrings.label, [{ op: "write_file", path, text }], { base: { files: { [path]: etag } }, onRefused }),
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
          ...parts(editorStrings.label, false),
          keymap.of([
            { key: "Mod-z", run: () => (own.save(), void store.getState().undo(), true) },
            { key: "Mod-Shift-z", run: () => (void store.getState().redo(), true) },
            { key: "Mod-y", run: () => (void store.getState().redo(), true) },
            { key: "Mod-s", run: () => (own.save(), true) },
          ]),
          stepLines,
          lintGutter(),
          linter((shown) => linesOf(shown, now.current.marks)),
          EditorState.readOnly.of(isReadOnly),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && update.transactions.some((each) => each.isUserEvent("input") || each.isUserEvent("delete") || each.isUserEvent("move"))) own.hear();
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
    draft.current = own;
    const leave = (): void => own.keep();
    window.addEventListener("pagehide", leave);
    if (kept !== null) own.hear();
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
