/** A file's text that was typed and is not saved, kept for a reload of the page: YAML that is not valid yet is sent to nobody. */

export interface KeptText {
  readonly typed: string;
  /** The file's text that it was typed into, and its etag. */
  readonly base: string;
  readonly etag: string;
}

const keyOf = (project: string, path: string): string => `vivavoce.studio.typed.${project}/${path}`;

export function keepText(project: string, path: string, kept: KeptText | null): void {
  try {
    if (kept === null) window.sessionStorage.removeItem(keyOf(project, path));
    else window.sessionStorage.setItem(keyOf(project, path), JSON.stringify(kept));
  } catch {
    // Storage is full or switched off: the text lives as long as the page.
  }
}

export function keptText(project: string, path: string): KeptText | null {
  try {
    const kept = JSON.parse(window.sessionStorage.getItem(keyOf(project, path)) ?? "null") as Partial<KeptText> | null;
    const { typed, base, etag } = kept ?? {};
    return typeof typed === "string" && typeof base === "string" && typeof etag === "string" ? { typed, base, etag } : null;
  } catch {
    return null;
  }
}
