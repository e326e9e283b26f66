/** A text that is being typed beside the value it belongs to. Pure.
 *
 *     typed ─► text, pending ─ pause, Enter, leave ─► sent ─► the value comes back, perhaps tidied: "red, " as "red"
 *                                                            while it is being edited it waits; on leaving it is shown
 *
 * What somebody else wrote meanwhile is shown at once, unless something typed has not been given on yet: so nobody
 * writes over a change that they have not seen.
 */

export interface DraftState {
  /** What the field shows. */
  readonly text: string;
  /** The value from outside, as it was last. */
  readonly seen: string;
  /** Typed and not given on yet. */
  readonly pending: string | null;
  /** Typed in, and not left since. */
  readonly isEditing: boolean;
  /** What the value is known to have been or to become by our own typing; the last one is what it will be. */
  readonly own: readonly string[];
  /** A value has come since the last word was given on. */
  readonly isHeard: boolean;
}

export function begun(value: string): DraftState {
  return { text: value, seen: value, pending: null, isEditing: false, own: [], isHeard: false };
}

export function typed(state: DraftState, text: string): DraftState {
  const own = state.own.length > 0 ? state.own : [state.seen];
  const isBack = text === state.seen && text === own.at(-1);
  return { ...state, text, pending: isBack ? null : text, isEditing: true, own };
}

/** Take what was typed out of the field's hands: the text to give on, null where there is none. */
export function given(state: DraftState): readonly [DraftState, string | null] {
  if (state.pending === null) return [state, null];
  return [{ ...state, pending: null, own: [...state.own, state.pending], isHeard: false }, state.pending];
}

/** The value from outside has changed. */
export function arrived(state: DraftState, value: string): DraftState {
  const next = { ...state, seen: value, isHeard: true };
  const isOwn = state.own.some((each) => same(each, value));
  if (state.isEditing) return isOwn || state.pending !== null ? next : begun(value);
  // What was sent before the last word of ours comes back late: the last word is still on its way.
  const last = state.own.at(-1);
  return isOwn && last !== undefined && !same(last, value) && !same(state.own[0] ?? "", value) ? next : begun(value);
}

/** The field is left, with nothing pending any more. */
export function left(state: DraftState): DraftState {
  const last = state.own.at(-1);
  const isTaken = last === undefined || same(last, state.seen);
  // It was refused or undone: what is there is what was there before.
  const isBack = state.isHeard && same(state.own[0] ?? "", state.seen);
  return isTaken || isBack ? begun(state.seen) : { ...state, isEditing: false };
}

/** What was typed is taken back. */
export function dropped(state: DraftState): DraftState {
  return { ...state, text: state.seen, pending: null };
}

/** Whether two texts say the same once spaces, commas between words, and zeros around numbers are left out. */
function same(one: string, other: string): boolean {
  return one === other || plain(one) === plain(other);
}

function plain(text: string): string {
  const bare = text.replace(/[\s,]+/g, "");
  const number = Number(bare);
  return bare !== "" && Number.isFinite(number) ? String(number) : bare;
}
