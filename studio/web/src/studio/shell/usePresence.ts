/** Tells the others in the project where this page is, as long as it is open. */

import { useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { studioApi } from "../api/client";
import { useDoc, useProject } from "../document/DocumentProvider";

/** The server forgets a page that it has not heard of for 25 s: studio/people/presence.py. */
const AGAIN_MS = 10_000;

export function usePresence(project: string): void {
  const { subscribe } = useProject();
  const flow = useParams({ strict: false, select: (params) => params.flow }) ?? null;
  const step = useDoc((state) => (flow !== null && state.selection.flow === flow ? (state.selection.keys[0] ?? null) : null));
  /** The stream by which this page hears: the server forgets who heard by one that is over. */
  const stream = useRef("");
  useEffect(() => {
    const tell = (): void => void studioApi.presence(project, flow, step, stream.current).catch(() => undefined);
    const tellIfSeen = (): void => void (document.visibilityState === "visible" && tell());
    tell();
    const timer = setInterval(tell, AGAIN_MS);
    document.addEventListener("visibilitychange", tellIfSeen);
    const unsubscribe = subscribe((event) => {
      if (event.type !== "hello" || event.stream === undefined) return;
      stream.current = event.stream;
      tell();
    });
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tellIfSeen);
      unsubscribe();
    };
  }, [project, flow, step, subscribe]);
  useEffect(() => {
    const leave = (): void => void studioApi.leave(project).catch(() => undefined);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [project]);
}
