/** Before the first call: who answers, the Call button, and what one could say. */

import { Phone } from "lucide-react";
import { useMicrophones } from "../call/hooks";
import type { AssistantInfo, Readiness } from "../call/server";
import { assistantName } from "../core/names";
import { strings } from "../strings";
import { Pill } from "./Buttons";
import { Glyph } from "./Glyph";
import { Suggestions } from "./Suggestions";

interface HeroProps {
  assistant: AssistantInfo | null;
  readiness: Readiness | null;
  deviceId: string;
  onDevice(id: string): void;
  onCall(): void;
  onType(): void;
}

export function Hero({ assistant, readiness, deviceId, onDevice, onCall, onType }: HeroProps) {
  return (
    <div className="scroller flex min-h-0 flex-1 flex-col">
      <div className="m-auto flex w-full max-w-2xl flex-col items-center px-6 py-6 text-center">
        <Glyph className="size-12" />
        {assistant === null ? (
          <div className="skeleton mt-4 h-9 w-64" />
        ) : (
          <p className="mt-4 text-xl font-semibold tracking-tight">{assistantName(assistant)}</p>
        )}
        <p className="mt-2 max-w-md text-base text-balance text-soft">{strings.tagline}</p>
        <Pill
          weight="accent"
          size="large"
          icon={Phone}
          className="mt-6"
          onClick={onCall}
          data-testid="call-button"
        >
          {strings.call.call}
        </Pill>
        <ReadinessLine readiness={readiness} />
        <div className="mt-4 flex min-h-9 flex-wrap items-center justify-center gap-x-2 gap-y-1">
          <Pill weight="quiet" size="small" onClick={onType} data-testid="type-button">
            {strings.call.type}
          </Pill>
          <MicrophoneSelect deviceId={deviceId} onDevice={onDevice} />
        </div>
        <Suggestions assistant={assistant} />
      </div>
    </div>
  );
}

const LINES = {
  ready: { text: strings.call.readyIdle, dot: "bg-accent" },
  preparing: { text: strings.readiness.preparing, dot: "bg-warning animate-breathe" },
  unreachable: { text: strings.readiness.unreachable, dot: "bg-danger" },
};

function ReadinessLine({ readiness }: { readiness: Readiness | null }) {
  const line = readiness === null ? null : LINES[readiness.state];
  return (
    <div
      role="status"
      data-testid="call-state"
      data-phase="idle"
      data-readiness={readiness?.state ?? "unknown"}
      className="mt-4 min-h-5 text-sm text-soft"
    >
      {line !== null && (
        <p className="flex items-center justify-center gap-2">
          <span className={`size-2 rounded-full ${line.dot}`} aria-hidden="true" />
          {line.text}
        </p>
      )}
      {readiness?.message != null && <p className="mt-1 max-w-md text-xs text-pretty">{readiness.message}</p>}
    </div>
  );
}

function MicrophoneSelect({ deviceId, onDevice }: Pick<HeroProps, "deviceId" | "onDevice">) {
  const devices = useMicrophones(false);
  if (devices.length < 2) return null;
  const isKnown = devices.some((device) => device.deviceId === deviceId);
  return (
    <select
      aria-label={strings.call.microphone}
      value={isKnown ? deviceId : ""}
      onChange={(event) => onDevice(event.target.value)}
      className="h-9 max-w-60 truncate rounded-md border border-line bg-surface px-2 text-sm text-soft"
    >
      <option value="">{strings.call.microphoneDefault}</option>
      {devices
        .filter((device) => device.deviceId !== "default")
        .map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label}
          </option>
        ))}
    </select>
  );
}
