/** Keeps what is drawn the same object as long as it says the same, so that only what changed is drawn again. Pure. */

interface Drawn {
  readonly id: string;
}

/** Whether two plain values say the same. Anything that is no list or table counts by identity. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  }
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isSame((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}

/** Put back what was drawn before wherever it is the same; where only something around it changed, its `data`. */
export function kept<T extends Drawn & { readonly data?: unknown }>(before: readonly T[], now: readonly T[]): T[] {
  const old = new Map(before.map((each) => [each.id, each]));
  return now.map((each) => {
    const last = old.get(each.id);
    if (last === undefined) return each;
    if (isSame(last, each)) return last;
    return last.data !== each.data && isSame(last.data, each.data) ? { ...each, data: last.data } : each;
  });
}
