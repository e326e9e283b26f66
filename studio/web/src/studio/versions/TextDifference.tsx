/** A unified difference, line by line. */

import { versionStrings as words } from "../../strings/en/versions";

const MOST = 3_000;

function look(line: string): string {
  if (line.startsWith("+++") || line.startsWith("---")) return "font-semibold";
  if (line.startsWith("+")) return "bg-accent-wash";
  if (line.startsWith("-")) return "bg-danger-wash";
  return line.startsWith("@@") ? "text-soft" : "";
}

export function TextDifference({ text }: { text: string }) {
  const lines = text.split("\n");
  return (
    <pre tabIndex={0} aria-label={words.asText} className="scroller max-h-160 overflow-x-auto rounded-lg border bg-surface p-3 font-mono text-xs" data-testid="text-diff">
      {lines.slice(0, MOST).map((line, index) => (
        <div key={index} className={look(line)}>
          {line === "" ? " " : line}
        </div>
      ))}
    </pre>
  );
}
