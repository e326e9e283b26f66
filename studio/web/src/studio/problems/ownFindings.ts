/** What is wrong in one flow. */

import type { Finding, Flow } from "../api/types";

/** Also an error of the flow's file as a whole, such as YAML that cannot be read: it keeps the flow from being changed. */
export function ownFindings(findings: readonly Finding[], flow: Pick<Flow, "id" | "file">): readonly Finding[] {
  return findings.filter((finding) => finding.flow === flow.id || (finding.flow === null && finding.severity === "error" && finding.file === flow.file));
}
