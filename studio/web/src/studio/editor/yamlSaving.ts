/** Saves what is typed into a file's editor: after a pause, one save at a time, each on the text that it was typed into.
 *
 *     typed ─ pause ─► sent with the etag of its base ─► answered ─► the file's new text ─► typed further? ─► …
 *                                    ├► refused: the text stays here, and is kept for a reload
 *                                    └► merged by the person, given up, undone: the file's text is read, as if it had been saved
 *
 * What others change comes in beside what is typed; where both changed one place, the server finds it by the base.
 */

import type { EditorView } from "@codemirror/view";
import { wordsOf } from "../api/http";
import type { Edited } from "../api/types";
import { unsent } from "../document/unsent";
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
  readonly read: () => Promise<FileText>;
  readonly onSaving: (saving: Saving) => void;
  /** What was sent is not what the file says: it has to be read again, and given to `take`. */
  readonly onTakenBack: () => void;
}

export class YamlSaving {
  private readonly options: YamlSavingOptions;
  /** The file's text that the editor's was made from. */
  private base: FileText;
  /** From the answer to a save until the file's text is here. */
  private isAwaited = false;
  private isSending = false;
  private isRefused = false;
  private isClosed = false;
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
      this.tell({ kind: "saved" });
      return;
    }
    this.tell({ kind: "typing" });
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** Send what is typed, once what was sent before is answered. */
  save(): void {
    clearTimeout(this.timer);
    this.keep();
    if (this.isSending || this.isAwaited || !this.isTyped()) return;
    const sent = written(this.base.text, this.typed());
    this.isSending = true;
    this.isRefused = false;
    void this.options
      .send(sent, this.base.etag, (error) => {
        this.isRefused = true;
        this.tell({ kind: "invalid", message: wordsOf(error), error });
      })
      .then((edited) => this.answered(sent, edited));
  }

  private answered(sent: string, edited: Edited | null): void {
    this.isSending = false;
    if (edited === null && this.isRefused) {
      if (written(this.base.text, this.typed()) !== sent) this.save(); // what was typed while it was under way
      return;
    }
    const etag = edited?.files[this.options.path];
    this.base = { text: sent, etag: etag ?? this.base.etag };
    this.isAwaited = edited === null || etag !== undefined;
    this.keep();
    if (!this.isTyped()) this.tell({ kind: "saved" });
    if (edited === null) this.options.onTakenBack();
    if (this.isClosed) void this.sendRest();
  }

  /** Send what was typed while the last save was under way, where nobody gives the file's text to `take` any more. */
  private async sendRest(): Promise<void> {
    if (!this.isTyped()) return;
    const release = unsent();
    // Where it cannot be read, what was typed is kept for the next time that the file is opened.
    const file = this.isAwaited ? await this.options.read().catch(() => null) : null;
    if (file !== null) this.take(file);
    this.save();
    release();
  }

  private tell(saving: Saving): void {
    if (!this.isClosed) this.options.onSaving(saving);
  }

  /** The file says this now. */
  take(file: FileText): void {
    if (this.isSending || (file.etag === this.base.etag && file.text === this.base.text && !this.isAwaited)) return;
    const wasAwaited = this.isAwaited;
    this.isAwaited = false;
    const [before, now] = [plain(this.base.text), plain(file.text)];
    const typed = this.typed();
    const next = typed === before || typed === now ? now : rebased(before, typed, now);
    if (next === null) {
      // Both changed one place: the base stays, by which the server finds it.
      if (wasAwaited) this.hear();
      return;
    }
    this.base = file;
    if (next !== typed) this.options.view().dispatch({ changes: changeBetween(typed, next) });
    if (this.isTyped()) this.hear();
    else {
      this.keep();
      this.tell({ kind: "saved" });
    }
  }

  /** Keep for a reload what is typed and not saved. */
  keep(): void {
    const { project, path } = this.options;
    keepText(project, path, this.isTyped() ? { typed: this.typed(), base: this.base.text, etag: this.base.etag } : null);
  }

  close(): void {
    this.save();
    clearTimeout(this.timer);
    this.tell({ kind: "saved" }); // what is shown next is another text's
    this.isClosed = true;
    if (!this.isSending && this.isAwaited) void this.sendRest();
  }
}
