/** Try the assistant beside what is being edited: by typing, or by voice. */

import { useEffect, useState } from "react";
import { useCall } from "../../call/hooks";
import { LatencyPanel } from "../../components/LatencyPanel";
import { isInCall, problemOf } from "../../core/phase";
import { tryStrings } from "../../strings/en/try";
import { useDoc, useProject } from "../document/DocumentProvider";
import { ReplayResult } from "./ReplayResult";
import { SlotsInspector } from "./SlotsInspector";
import { StackStrip } from "./StackStrip";
import { TryFoot } from "./TryFoot";
import { TryHeader } from "./TryHeader";
import { InvalidDraft, TryProblem } from "./TryProblem";
import { TryStart } from "./TryStart";
import { TryTranscript } from "./TryTranscript";
import { tryCall, useTry } from "./trySession";
import { useLighting } from "./useLighting";

const TABS = ["conversation", "slots", "timing"] as const;
type Tab = (typeof TABS)[number];

export default function TryPanel() {
  const { phase, conversation } = useCall(tryCall);
  const { project } = useProject();
  const { rewound, stop, mode, open } = useTry();
  const [tab, setTab] = useState<Tab>("conversation");
  const errors = useDoc((state) => state.findings.filter((finding) => finding.severity === "error").length);
  const environment = useTry((session) => session.environment);
  useLighting();
  useEffect(() => open(project), [open, project]);
  useEffect(() => {
    window.addEventListener("pagehide", stop);
    return () => {
      window.removeEventListener("pagehide", stop);
      stop();
    };
  }, [stop, project]);
  const problem = problemOf(phase);
  const hasBegun = phase.kind !== "idle" || conversation.entries.length > 0;
  return (
    <div className="flex h-full min-h-0 flex-col" data-testid="try-panel">
      <TryHeader />
      {problem !== null && <TryProblem problem={problem} />}
      {environment === "draft" && errors > 0 && isInCall(phase) && (
        <InvalidDraft errors={errors} />
      )}
      {hasBegun ? (
        <>
          <StackStrip />
          <div role="tablist" aria-label={tryStrings.title} className="flex shrink-0 gap-1 border-b px-2 py-1">
            {TABS.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                id={`try-tab-${name}`}
                aria-selected={tab === name}
                aria-controls="try-tab"
                data-testid={`try-tab-${name}`}
                onClick={() => setTab(name)}
                className="h-8 rounded-md px-3 text-sm font-medium text-soft hover:bg-sunken aria-selected:bg-accent-wash aria-selected:text-accent-strong"
              >
                {tryStrings.tabs[name]}
              </button>
            ))}
          </div>
          <div id="try-tab" role="tabpanel" aria-labelledby={`try-tab-${tab}`} className="flex min-h-0 flex-1 flex-col">
            {tab === "conversation" && (
              <>
                {rewound !== null && <ReplayResult turn={rewound.turn} result={rewound.result} />}
                <TryTranscript />
              </>
            )}
            {tab === "slots" && <SlotsInspector />}
            {tab === "timing" && (
              <div className="scroller min-h-0 flex-1">
                <LatencyPanel entries={conversation.entries} />
              </div>
            )}
          </div>
          <TryFoot />
        </>
      ) : (
        <TryStart />
      )}
      {/* Who types reads the answer, and need not be talked to. */}
      <audio ref={tryCall.setPlayer} autoPlay muted={mode === "chat"} aria-hidden />
    </div>
  );
}
