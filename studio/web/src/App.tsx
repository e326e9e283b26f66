/** The call page: the conversation beside what goes on inside the call. */

import { useEffect, useRef, useState } from "react";
import type { CallStore } from "./call/callStore";
import { useAssistant, useCall, useHangUpOnLeave, useReadiness } from "./call/hooks";
import { Dock } from "./components/Dock";
import { Header } from "./components/Header";
import { Hero } from "./components/Hero";
import { InsidePanel } from "./components/InsidePanel";
import { ProblemBanner } from "./components/ProblemBanner";
import { Transcript } from "./components/Transcript";
import { ViewTabs, type View } from "./components/ViewTabs";
import { keepChoice, keptChoice } from "./core/keptChoice";
import { isInCall, problemOf } from "./core/phase";
import { strings } from "./strings";

const DEVICE_KEY = "vivavoce.microphone";

export function App({ store }: { store: CallStore }) {
  const { phase, conversation, isSilent } = useCall(store);
  const assistant = useAssistant();
  const readiness = useReadiness(!isInCall(phase));
  const [view, setView] = useState<View>("conversation");
  const [deviceId, setDeviceId] = useState(() => keptChoice(DEVICE_KEY) ?? "");
  const section = useRef<HTMLElement>(null);
  const isCalling = isInCall(phase);
  useHangUpOnLeave(store);
  // The button that had the focus is gone with the old state: the keyboard goes on from here.
  useEffect(() => section.current?.focus({ preventScroll: true }), [isCalling]);

  const chooseDevice = (id: string): void => {
    keepChoice(DEVICE_KEY, id);
    setDeviceId(id);
  };
  const place = (silently: boolean): void => {
    setView("conversation");
    void store.place({ isSilent: silently, deviceId });
  };
  const isIdle = phase.kind === "idle";
  const problem = problemOf(phase);
  const hiddenBelowLarge = (name: View): string => (isIdle || view === name ? "" : "max-lg:hidden");

  return (
    <div className="flex h-dvh min-h-140 flex-col short:min-h-80">
      <Header assistant={assistant} />
      {!isIdle && <ViewTabs view={view} onChange={setView} />}
      <main className="grid min-h-0 flex-1 grid-cols-1 lg:grid-cols-[minmax(0,1fr)_26rem] xl:grid-cols-[minmax(0,1fr)_28rem]">
        <section
          ref={section}
          tabIndex={-1}
          aria-label={strings.views.conversation}
          className={`flex min-h-0 min-w-0 flex-col outline-none ${hiddenBelowLarge("conversation")}`}
        >
          {problem !== null && (
            <ProblemBanner
              problem={problem}
              onRetry={() => place(false)}
              onType={() => place(true)}
              onDismiss={store.dismissProblem}
            />
          )}
          {isIdle ? (
            <Hero
              assistant={assistant}
              readiness={readiness}
              deviceId={deviceId}
              onDevice={chooseDevice}
              onCall={() => place(false)}
              onType={() => place(true)}
            />
          ) : (
            <>
              <Transcript phase={phase} conversation={conversation} assistant={assistant} onSay={store.say} />
              <Dock
                phase={phase}
                activity={conversation.activity}
                isSilent={isSilent}
                meter={store.meter}
                onCall={() => place(isSilent)}
                onHangUp={store.hangUp}
                onSay={store.say}
              />
            </>
          )}
        </section>
        <InsidePanel
          conversation={conversation}
          assistant={assistant}
          className={isIdle ? "max-lg:hidden" : hiddenBelowLarge("details")}
        />
      </main>
      <audio ref={store.setPlayer} autoPlay aria-hidden />
    </div>
  );
}
