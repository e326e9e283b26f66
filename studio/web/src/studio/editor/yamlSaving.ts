/** Saves what is typed into a file's editor: after a pause, one save at a time, each on the text that it was typed into.
 *
 *     typed ─ pause ─► sent with the etag of its base ─► answered ─► the file's new text ─► typed further? ─► …
 *                                    └► refused: the text stays here, and is kept for a reload
 *
 * What others change comes in beside what is typed; where both changed one place, the server finds it by the base.
 */

import type { EditorView } from "@codemirror/view";
import { wordsOf } from "../api/http";
import type { Edited } from "../api/types";
import { type KeptText, keepText } from "./keptText";
import { plain, rebased, written } from "./lineEnds";
import { changeBetween } from "./yamlPlaces";

/** After so long without a key the text is saved. */
const PAUSE_MS = 500;

export interface FileText {
  readonly text: string;
  readonly etag: string;
}

export type Saving = { kind: "saved" } | { kind: "typing" } | { kind: "invalid"; message: string; error: unknown };

export interface YamlSavingOptions {
  readonly project: string;
  readonly path: string;
  readonly file: FileText;
  readonly view: () => EditorView;
  readonly send: (text: string, etag: string, onRefused: (error: unknown) => void) => Promise<Edited | null>;
  readonly onSaving: (saving: Saving) => void;
}

export class YamlSaving {
  private readonly options: YamlSavingOptions;
  /** The file's text that the editor's was made from. */
  private base: FileText;
  /** The etag that the file has since the last save, until its text is here. */
  private awaited: string | null = null;
  private isSending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: YamlSavingOptions, kept: KeptText | null) {
    this.options = options;
    this.base = kept === null ? options.file : { text: kept.base, etag: kept.etag };
  }

  private typed(): string {
    return this.options.view().state.doc.toString();
  }

  private isTyped(): boolean {
    const { doc } = this.options.view().state;
    const base = plain(this.base.text);
    return doc.length !== base.length || doc.toString() !== base;
  }

  /** A key was pressed. */
  hear(): void {
    clearTimeout(this.timer);
    if (!this.isTyped() && !this.isSending) {
      this.keep();
      this.options.onSaving({ kind: "saved" });
      return;
    }
    this.options.onSaving({ kind: "typing" });
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** Send what is typed, once what was sent before is answered. */
  save(): void {
    clearTimeout(this.timer);
    this.keep();
    if (this.isSending || this.awaited !== null || !this.isTyped()) return;
    const sent = written(this.base.text, this.typed());
    this.isSending = true;
    void this.options
      .send(sent, this.base.etag, (error) => this.options.onSaving({ kind: "invalid", message: wordsOf(error), error }))
      .then((edited) => this.answered(sent, edited));
  }

  private answered(sent: string, edited: Edited | null): void {
    this.isSending = false;
    if (edited === null) {
      if (written(this.base.text, this.typed()) !== sent) this.save(); // what was typed while it was under way
      return;
    }
    const etag = edited.files[this.options.path];
    this.base = { text: sent, etag: etag ?? this.base.etag };
    this.awaited = etag ?? null;
    this.keep();
    if (!this.isTyped()) this.options.onSaving({ kind: "saved" });
  }

  /** The file says this now. */
  take(file: FileText): void {
    if (this.isSending || (file.etag === this.base.etag && file.text === this.base.text && this.awaited === null)) return;
    this.awaited = null;
    const [before, now] = [plain(this.base.text), plain(file.text)];
    const typed = this.typed();
    const next = typed === before ? now : rebased(before, typed, now);
    if (next === null) return; // both changed one place: the base stays, by which the server finds it
    this.base = file;
    if (next !== typed) this.options.view().dispatch({ changes: changeBetween(typed, next) });
    if (this.isTyped()) this.hear();
    else this.keep();
  }

  /** Keep for a reload what is typed and not saved. */
  keep(): void {
    const { project, path } = this.options;
    keepText(project, path, this.isTyped() ? { typed: this.typed(), base: this.base.text, etag: this.base.etag } : null);
  }

  close(): void {
    this.save();
    clearTimeout(this.timer);
  }
}
