/** A field that is typed in freely and given on when the person stops, leaves or presses Enter. */

import { useEffect, useRef, useState } from "react";
import { unsent } from "../document/unsent";
import { arrived, begun, type DraftState, dropped, given, left, typed } from "./draft";

const PAUSE_MS = 500;

export interface Draft {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: { key: string; preventDefault(): void }) => void;
}

/** `commit` is called with the text once it differs from `value`; one gesture for one stretch of typing. */
export function useDraft(value: string, commit: (text: string) => void, isMultiline = false): Draft {
  const [shown, setShown] = useState<DraftState>(() => begun(value));
  // Several keys may be pressed before React shows the first: the newest state is the one in `now`.
  const now = useRef(shown);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = useRef<(() => void) | null>(null);
  const latest = useRef(commit);
  latest.current = commit;
  const put = (next: DraftState): void => {
    now.current = next;
    setShown(next);
    if (next.pending !== null) release.current ??= unsent();
    else {
      release.current?.();
      release.current = null;
    }
  };
  if (value !== now.current.seen) put(arrived(now.current, value));
  const flush = (): void => {
    clearTimeout(timer.current);
    const [, text] = given(now.current);
    if (text === null) return;
    // Given on before it stops counting as unsent: at no moment in between does it look saved.
    latest.current(text);
    put(given(now.current)[0]);
  };
  const flushing = useRef(flush);
  flushing.current = flush;
  useEffect(() => {
    const leave = (): void => flushing.current();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return {
    value: shown.text,
    onChange: (text) => {
      put(typed(now.current, text));
      clearTimeout(timer.current);
      timer.current = setTimeout(() => flushing.current(), PAUSE_MS);
    },
    onBlur: () => {
      flush();
      if (now.current.isEditing) put(left(now.current));
    },
    onKeyDown: (event) => {
      if (event.key === "Enter" && !isMultiline) flush();
      if (event.key === "Escape" && now.current.pending !== null) {
        clearTimeout(timer.current);
        put(dropped(now.current));
      }
    },
  };
}
