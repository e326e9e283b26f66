/** React's view of the call and of the server. */

import { useEffect, useState, useSyncExternalStore } from "react";
import type { CallSnapshot, CallStore } from "./callStore";
import { listMicrophones } from "./microphone";
import { fetchAssistant, fetchReadiness, type AssistantInfo, type Readiness } from "./server";

export function useCall(store: CallStore): CallSnapshot {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** End the call when the page goes away, so that the server need not wait for silence. */
export function useHangUpOnLeave(store: CallStore): void {
  useEffect(() => {
    window.addEventListener("pagehide", store.hangUp);
    return () => window.removeEventListener("pagehide", store.hangUp);
  }, [store]);
}

const RETRY_MS = 3000;

/** The assistant's card: null while it loads; asked again until the server answers. */
export function useAssistant(): AssistantInfo | null {
  const [assistant, setAssistant] = useState<AssistantInfo | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    const load = (): void => {
      fetchAssistant(abort.signal).then(setAssistant, () => {
        if (!abort.signal.aborted) timer = window.setTimeout(load, RETRY_MS);
      });
    };
    load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, []);
  return assistant;
}

/** Whether calls can be placed, asked until they can; null before the first answer. */
export function useReadiness(isWatching: boolean): Readiness | null {
  const [readiness, setReadiness] = useState<Readiness | null>(null);
  useEffect(() => {
    if (!isWatching) return;
    const abort = new AbortController();
    let timer = 0;
    const ask = async (): Promise<void> => {
      const answer = await fetchReadiness(abort.signal);
      if (abort.signal.aborted) return;
      setReadiness(answer);
      if (answer.state !== "ready") timer = window.setTimeout(() => void ask(), RETRY_MS);
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [isWatching]);
  return readiness;
}

/** The microphones that the browser names, kept up to date. */
export function useMicrophones(isInCall: boolean): MediaDeviceInfo[] {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    let isStale = false;
    const refresh = (): void => {
      listMicrophones().then(
        (found) => isStale || setDevices(found),
        () => isStale || setDevices([]),
      );
    };
    refresh();
    navigator.mediaDevices?.addEventListener("devicechange", refresh);
    return () => {
      isStale = true;
      navigator.mediaDevices?.removeEventListener("devicechange", refresh);
    };
  }, [isInCall]);
  return devices;
}

/** Seconds since a moment of performance.now, once a second. */
export function useSeconds(sinceMs: number | null): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (sinceMs === null) return;
    setNow(performance.now());
    const timer = window.setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [sinceMs]);
  return sinceMs === null ? 0 : Math.max(0, Math.floor((now - sinceMs) / 1000));
}
