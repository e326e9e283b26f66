/** The foot of the panel: typing, keys, silence, where the call stands, and what can be made of the conversation. */

import { ArrowUp, FlaskConical, Grid3x3, MessageSquare, Phone, PhoneOff, VolumeX } from "lucide-react";
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { useCall, useSeconds } from "../../call/hooks";
import { LevelBars } from "../../components/LevelBars";
import { clockTime } from "../../core/format";
import { isInCall } from "../../core/phase";
import { strings } from "../../strings";
import { tryStrings } from "../../strings/en/try";
import { useProject } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { INPUT } from "../ui/Field";
import { tryCall, useTry } from "./trySession";

const MakeTestDialog = lazy(() => import("./MakeTestDialog"));
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function TryFoot() {
  const { phase, conversation, isSilent } = useCall(tryCall);
  const { project } = useProject();
  const { mode, begin, conversationId } = useTry();
  const [hasKeys, setKeys] = useState(false);
  const [isTesting, setTesting] = useState(false);
  const isLive = phase.kind === "live" || phase.kind === "unsteady";
  const isRunning = isInCall(phase);
  const hasTurns = conversation.entries.some((entry) => entry.kind === "user" && entry.understood !== null);
  return (
    <footer className="flex shrink-0 flex-col gap-2 border-t px-4 py-3">
      {isRunning && <Say isEnabled={isLive} isFirst={isSilent} />}
      {isRunning && hasKeys && <Keypad />}
      <div className="flex min-h-8 flex-wrap items-center gap-2">
        <State />
        {isRunning && !isSilent && <LevelBars meter={tryCall.meter} />}
        <div className="ml-auto flex items-center gap-1">
          {isRunning && (
            <>
              <IconButton icon={VolumeX} label={`${tryStrings.silence}: ${tryStrings.silenceHint}`} data-testid="try-silence" disabled={!isLive} onClick={tryCall.beSilent} />
              <IconButton icon={Grid3x3} label={tryStrings.keypad} isOn={hasKeys} data-testid="try-keypad" onClick={() => setKeys(!hasKeys)} />
            </>
          )}
          <IconButton icon={FlaskConical} label={tryStrings.test.make} data-testid="try-make-test" disabled={!hasTurns || conversationId === null} onClick={() => setTesting(true)} />
          {isRunning ? (
            <Button weight="danger" icon={PhoneOff} data-testid="try-hang-up" onClick={tryCall.hangUp}>
              {mode === "chat" ? tryStrings.endChat : tryStrings.hangUp}
            </Button>
          ) : (
            <>
              <Button icon={MessageSquare} data-testid="try-chat" onClick={() => void begin(project, "chat")}>
                {tryStrings.newChat}
              </Button>
              <Button weight="accent" icon={Phone} data-testid="try-call" onClick={() => void begin(project, "call")}>
                {tryStrings.newCall}
              </Button>
            </>
          )}
        </div>
      </div>
      {isTesting && conversationId !== null && (
        <Suspense fallback={null}>
          <MakeTestDialog conversation={conversationId} onClose={() => setTesting(false)} />
        </Suspense>
      )}
    </footer>
  );
}

function State() {
  const { phase, conversation } = useCall(tryCall);
  const sinceMs = phase.kind === "live" || phase.kind === "unsteady" ? phase.sinceMs : null;
  const seconds = useSeconds(sinceMs);
  const shown = phase.kind === "live" ? conversation.activity : phase.kind === "idle" ? "ended" : phase.kind;
  const ending = phase.kind === "ended" ? strings.endings[phase.ending] : "";
  return (
    <p role="status" className="min-w-0 truncate text-xs text-soft" data-testid="try-state" data-phase={phase.kind} data-activity={phase.kind === "live" ? conversation.activity : ""}>
      <span className="font-medium text-ink">{tryStrings.states[shown]}</span> {sinceMs === null ? ending : clockTime(seconds)}
    </p>
  );
}

function Say({ isEnabled, isFirst }: { isEnabled: boolean; isFirst: boolean }) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isEnabled && isFirst) input.current?.focus();
  }, [isEnabled, isFirst]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === "" || !isEnabled) return;
    tryCall.say(text);
    setText("");
  };
  return (
    <form onSubmit={submit} className="flex gap-2">
      <input
        ref={input}
        value={text}
        disabled={!isEnabled}
        autoComplete="off"
        maxLength={1000}
        aria-label={strings.composer.label}
        placeholder={strings.composer.placeholder}
        data-testid="try-say"
        onChange={(event) => setText(event.target.value)}
        className={`h-8 ${INPUT}`}
      />
      <button
        type="submit"
        aria-label={strings.composer.send}
        disabled={!isEnabled || text.trim() === ""}
        className="grid size-8 shrink-0 place-items-center rounded-md bg-accent text-on-accent enabled:hover:bg-accent-strong disabled:bg-sunken disabled:text-soft"
      >
        <ArrowUp className="size-4" aria-hidden="true" />
      </button>
    </form>
  );
}

function Keypad() {
  return (
    <div role="group" aria-label={tryStrings.keypad} className="grid grid-cols-6 gap-1" data-testid="try-keys">
      {KEYS.map((key) => (
        <button key={key} type="button" aria-label={tryStrings.key(key)} onClick={() => tryCall.press(key)} className="h-8 rounded-md border bg-surface text-sm font-medium hover:bg-sunken">
          {key}
        </button>
      ))}
    </div>
  );
}
