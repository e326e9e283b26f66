/** Findings as marks on the lines of one file. */

import type { Finding } from "../api/types";

export interface Marked {
  readonly line: number;
  readonly message: string;
  readonly severity: "error" | "warning";
}

export function marksFor(findings: readonly Finding[], path: string, own: Marked | null): readonly Marked[] {
  const marks = findings
    .filter((finding) => finding.file === path)
    .map(({ line, message, hint, severity }) => ({ line, severity, message: hint === "" ? message : `${message}\n${hint}` }));
  return own === null ? marks : [own, ...marks];
}
