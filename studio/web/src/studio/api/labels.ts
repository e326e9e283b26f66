/** What gestures are called, in the history and in undo. */

const MOST_CHARACTERS = 120;

/** A label for the server, which refuses a gesture with one of over 200 characters: a whole answer may stand in it. */
export function shortened(label: string): string {
  const characters = [...label];
  return characters.length <= MOST_CHARACTERS ? label : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}
