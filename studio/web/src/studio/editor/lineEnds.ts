/** Between a file's text, whose lines may end as on Windows, and an editor's, where each ends in one character. Pure.
 *
 * The editor would give a file back with other line ends. So what was typed is carried over into the file's own text:
 * lines that nobody touched keep their ends, whatever they are.
 */

import { changeBetween } from "./yamlPlaces";

/** The text as an editor has it. */
export function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** The file's text with what was typed: `typed` is what `plain(file)` has become. */
export function written(file: string, typed: string): string {
  if (!file.includes("\r")) return typed;
  const { from, to, insert } = changeBetween(plain(file), typed);
  const [start, end] = [placeIn(file, from), placeIn(file, to)];
  return file.slice(0, start) + insert.replaceAll("\n", endOf(file)) + file.slice(end);
}

/** What lines of a file end in: as its first one does. */
function endOf(file: string): string {
  return /\r\n?|\n/.exec(file)?.[0] ?? "\n";
}

/** Where a place of the plain text is in the file. */
function placeIn(file: string, place: number): number {
  let at = 0;
  for (let passed = 0; passed < place; passed += 1) at += file[at] === "\r" && file[at + 1] === "\n" ? 2 : 1;
  return at;
}

/** What was typed, with what others have changed in the text that it was typed into; null where the two overlap. */
export function rebased(before: string, typed: string, now: string): string | null {
  const mine = changeBetween(before, typed);
  const theirs = changeBetween(before, now);
  if (theirs.to < mine.from) return now.slice(0, now.length - before.length + mine.from) + mine.insert + before.slice(mine.to);
  if (mine.to < theirs.from) return typed.slice(0, typed.length - before.length + theirs.from) + theirs.insert + before.slice(theirs.to);
  return null;
}
