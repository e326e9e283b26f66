/** The foot of the conversation: typed input, where the call stands, the microphone's level, Hang up. */

import { Phone, PhoneOff } from "lucide-react";
import { useSeconds } from "../call/hooks";
import type { LevelMeter } from "../call/meter";
import type { Activity } from "../core/conversation";
import { clockTime } from "../core/format";
import { isInCall, type Phase } from "../core/phase";
import { strings } from "../strings";
import { Pill } from "./Buttons";
import { Composer } from "./Composer";
import { LevelBars } from "./LevelBars";

interface DockProps {
  phase: Phase;
  activity: Activity;
  isSilent: boolean;
  meter: LevelMeter;
  onCall(): void;
  onHangUp(): void;
  onSay(text: string): void;
}

export function Dock({ phase, activity, isSilent, meter, onCall, onHangUp, onSay }: DockProps) {
  const isLive = phase.kind === "live" || phase.kind === "unsteady";
  return (
    <div className="sticky bottom-0 shrink-0 border-t bg-surface px-4 py-3 lg:px-6">
      <div className="mx-auto flex max-w-180 flex-col gap-3 short:flex-row short:items-center">
        {isInCall(phase) && <Composer isEnabled={isLive} isFirst={isSilent} onSay={onSay} />}
        <div className="flex min-h-12 items-center gap-4 short:grow">
          <CallState phase={phase} activity={activity} />
          {isInCall(phase) && (
            <>
              {isSilent ? (
                <span className="ml-auto text-sm text-soft max-sm:hidden">{strings.call.silent}</span>
              ) : (
                <LevelBars meter={meter} />
              )}
              <Pill
                weight="danger"
                icon={PhoneOff}
                className={isSilent ? "max-sm:ml-auto" : ""}
                onClick={onHangUp}
                data-testid="hangup-button"
              >
                {strings.call.hangUp}
              </Pill>
            </>
          )}
          {!isInCall(phase) && (
            <Pill weight="accent" icon={Phone} className="ml-auto" onClick={onCall} data-testid="call-button">
              {strings.call.again}
            </Pill>
          )}
        </div>
      </div>
    </div>
  );
}

const DOTS: Record<string, string> = {
  listening: "bg-accent",
  hearing: "bg-accent animate-breathe",
  thinking: "bg-flow animate-breathe",
  speaking: "bg-recognition",
  unsteady: "bg-danger animate-breathe",
  ended: "bg-edge",
};

function CallState({ phase, activity }: { phase: Phase; activity: Activity }) {
  const sinceMs = phase.kind === "live" || phase.kind === "unsteady" ? phase.sinceMs : null;
  const running = useSeconds(sinceMs);
  const shown = phase.kind === "live" ? activity : phase.kind === "idle" ? "ended" : phase.kind;
  const seconds = phase.kind === "ended" ? phase.seconds : sinceMs === null ? null : running;
  return (
    <div className="flex min-w-0 items-center gap-3">
      <span
        className={`size-2.5 shrink-0 rounded-full ${DOTS[shown] ?? "bg-edge animate-breathe"}`}
        aria-hidden="true"
      />
      <div className="min-w-0">
        <p
          role="status"
          data-testid="call-state"
          data-phase={phase.kind}
          data-activity={phase.kind === "live" ? activity : undefined}
          className="truncate text-sm font-medium"
        >
          {strings.states[shown]}
        </p>
        <p className="text-xs text-soft tabular-nums">
          {seconds !== null && <span data-testid="call-timer">{clockTime(seconds)}</span>}
          {phase.kind === "ended" && <span> · {strings.endings[phase.ending]}</span>}
        </p>
      </div>
    </div>
  );
}
