/** A field that is typed in freely and given on when the person stops, leaves or presses Enter. */

import { useEffect, useRef, useState } from "react";

const PAUSE_MS = 500;

export interface Draft {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: { key: string; preventDefault(): void }) => void;
}

/** `commit` is called with the text once it differs from `value`; one gesture for one stretch of typing. */
export function useDraft(value: string, commit: (text: string) => void, isMultiline = false): Draft {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pending = useRef<string | null>(null);
  const latest = useRef(commit);
  latest.current = commit;
  // What came from outside (undo, another person) replaces what is shown, unless something typed is still on its way.
  if (value !== seen) {
    setSeen(value);
    if (pending.current === null) setText(value);
  }
  const flush = (): void => {
    clearTimeout(timer.current);
    const waiting = pending.current;
    pending.current = null;
    if (waiting !== null) latest.current(waiting);
  };
  const flushing = useRef(flush);
  flushing.current = flush;
  useEffect(() => () => flushing.current(), []);
  return {
    value: text,
    onChange: (next) => {
      setText(next);
      pending.current = next === value ? null : next;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => flushing.current(), PAUSE_MS);
    },
    onBlur: flush,
    onKeyDown: (event) => {
      if (event.key === "Enter" && !isMultiline) flush();
      if (event.key === "Escape" && pending.current !== null) {
        clearTimeout(timer.current);
        pending.current = null;
        setText(value);
      }
    },
  };
}
