/** Identifiers of assistants, made of their names. Pure. */

const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function idOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
  return plain.replace(/[^a-z0-9_]+/g, "-").replace(/^[-_]+/, "").slice(0, 64).replace(/-+$/, "");
}

/** As `idOf`, and a counted one for a name without Latin letters or digits. */
export function freeIdOf(name: string, taken: readonly string[]): string {
  const plain = idOf(name);
  if (plain !== "" || name.trim() === "") return plain;
  for (let number = 1; ; number += 1) {
    const id = `assistant-${number}`;
    if (!taken.includes(id)) return id;
  }
}

export function isProjectId(id: string): boolean {
  return ID.test(id);
}

/** The name that an imported file suggests. */
export function nameOfFile(file: string): string {
  return file.replace(/\.zip$/i, "").replace(/[-_]+/g, " ").trim().slice(0, 200) || "assistant";
}
