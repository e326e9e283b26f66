/** Tells the others in the project where this page is, as long as it is open. */

import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { studioApi } from "../api/client";
import { useDoc } from "../document/DocumentProvider";

/** The server forgets a page that it has not heard of for 25 s: studio/people/presence.py. */
const AGAIN_MS = 10_000;

export function usePresence(project: string): void {
  const flow = useParams({ strict: false, select: (params) => params.flow }) ?? null;
  const step = useDoc((state) => (flow !== null && state.selection.flow === flow ? (state.selection.keys[0] ?? null) : null));
  useEffect(() => {
    const tell = (): void => void studioApi.presence(project, flow, step).catch(() => undefined);
    tell();
    const timer = setInterval(tell, AGAIN_MS);
    return () => clearInterval(timer);
  }, [project, flow, step]);
}
