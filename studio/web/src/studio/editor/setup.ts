/** The text editor's parts that the YAML pane and the merge view share.
 *
 * It lives in a shadow root: there its styles are constructed sheets, which the strict content security policy allows.
 */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--color-accent-strong)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--color-recognition)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--color-understanding)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--color-soft)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--color-soft)" },
  { tag: tags.invalid, color: "var(--color-danger)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "var(--color-surface)", color: "var(--color-ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem" },
  ".cm-content": { caretColor: "var(--color-ink)", paddingBottom: "4rem" },
  ".cm-cursor": { borderLeftColor: "var(--color-ink)" },
  ".cm-gutters": { backgroundColor: "var(--color-surface)", color: "var(--color-soft)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--color-sunken)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "color-mix(in oklab, var(--color-accent) 30%, transparent) !important" },
  ".cm-panels": { backgroundColor: "var(--color-surface)", color: "var(--color-ink)" },
  ".cm-panels input, .cm-panels button": { color: "inherit" },
  ".cm-tooltip": { backgroundColor: "var(--color-surface)", color: "var(--color-ink)", border: "1px solid var(--color-line)" },
  ".cm-step": { backgroundColor: "var(--color-accent-wash)" },
});

export const MERGE_LOOK = EditorView.theme({
  ".cm-changedLine": { backgroundColor: "color-mix(in oklab, var(--color-accent) 14%, transparent) !important" },
  ".cm-changedText": { background: "color-mix(in oklab, var(--color-accent) 30%, transparent) !important" },
  // Its own bar is white in the dark too, and its marks are in few fonts.
  ".cm-collapsedLines": { background: "var(--color-sunken) !important", color: "var(--color-soft) !important" },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: '"⋯" !important' },
});

/** `hasHistory` false: the document's own undo is the only one. */
export function parts(label: string, hasHistory: boolean): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    yaml(),
    syntaxHighlighting(colours),
    look,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    ...(hasHistory ? [history(), keymap.of(historyKeymap)] : []),
    keymap.of([...defaultKeymap, ...searchKeymap, indentWithTab]),
  ];
}

/** A shadow root under an element; the same one when it is asked for again. */
export function shadowOf(host: HTMLElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: "open" });
}
