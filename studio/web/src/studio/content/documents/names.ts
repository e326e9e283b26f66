/** Names of documents. Pure. */

export const FOLDER = "docs/";
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]*[\p{L}\p{N}_-])?(?:\/[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]*[\p{L}\p{N}_-])?)*\.(md|markdown|txt|html|htm|csv|json|jsonl|yml|yaml)$/iu;

export function isDocumentName(name: string): boolean {
  return name.length <= 200 && NAME.test(name);
}
