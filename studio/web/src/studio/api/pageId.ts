/** A random name of this page, so that the server can tell it from other pages of the same person. */

function made(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const PAGE_ID = made();
