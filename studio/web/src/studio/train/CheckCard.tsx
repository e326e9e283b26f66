/** What is wrong with the files, before a training finds it: each finding leads to its place. */

import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { trainStrings as words } from "../../strings/en/training";
import { useFocusStep } from "../canvas/focusStore";
import { useDoc } from "../document/DocumentProvider";
import { sentence } from "../problems/sentence";

const MOST = 20;

export function CheckCard() {
  const findings = useDoc((state) => state.findings);
  const { go } = useFocusStep();
  const errors = findings.filter((finding) => finding.severity === "error");
  const warnings = findings.filter((finding) => finding.severity === "warning");
  const shown = [...errors, ...warnings];
  return (
    <section className="flex flex-col gap-3 rounded-lg border bg-surface p-4" data-testid="check">
      <h2 className="text-sm font-semibold">{words.check}</h2>
      {shown.length === 0 && (
        <p className="flex gap-2 text-sm">
          <CircleCheck className="size-5 shrink-0 text-accent" aria-hidden="true" />
          {words.ready}
        </p>
      )}
      {errors.length > 0 && <p className="text-sm text-danger">{words.errors(errors.length)}</p>}
      {warnings.length > 0 && <p className="text-sm text-soft">{words.warnings(warnings.length)}</p>}
      <ul className="flex flex-col gap-1">
        {shown.slice(0, MOST).map((finding, index) => {
          const Icon = finding.severity === "error" ? CircleAlert : TriangleAlert;
          return (
            <li key={`${finding.file}:${finding.line}:${index}`}>
              <button type="button" onClick={() => go(finding)} className="flex w-full items-start gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-sunken" data-testid="finding">
                <Icon className={`mt-1 size-4 shrink-0 ${finding.severity === "error" ? "text-danger" : "text-warning"}`} aria-hidden="true" />
                <span className="min-w-0 flex-1 break-words">
                  {sentence(finding.message)}
                  <span className="block text-xs text-soft">{`${finding.file}:${finding.line}`}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {shown.length > MOST && <p className="text-xs text-soft">{words.more(shown.length - MOST)}</p>}
    </section>
  );
}
