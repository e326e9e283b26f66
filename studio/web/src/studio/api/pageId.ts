/** Random names: of this page, so that the server can tell it from other pages of the same person, and of what it sends. */

const NAME_BYTES = 12;

/** A name that nothing else has. Pages that are not served safely have no `randomUUID`. */
export function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const PAGE_ID = newName();
