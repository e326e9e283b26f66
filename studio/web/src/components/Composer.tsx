/** Typed input: for callers without a microphone, and where typing is easier. */

import { ArrowUp } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { strings } from "../strings";

interface ComposerProps {
  isEnabled: boolean;
  /** Typing is this caller's way to speak: the input takes the focus once it can be used. */
  isFirst: boolean;
  onSay(text: string): void;
}

export function Composer({ isEnabled, isFirst, onSay }: ComposerProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isEnabled && isFirst) input.current?.focus();
  }, [isEnabled, isFirst]);
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === "" || !isEnabled) return;
    onSay(text);
    setText("");
  };
  return (
    <form onSubmit={submit} className="relative short:min-w-0 short:grow">
      <input
        ref={input}
        value={text}
        onChange={(event) => setText(event.target.value)}
        disabled={!isEnabled}
        aria-label={strings.composer.label}
        placeholder={strings.composer.placeholder}
        data-testid="say-input"
        autoComplete="off"
        maxLength={1000}
        className="h-12 w-full rounded-full border border-edge bg-page pr-14 pl-5 text-base placeholder:text-soft focus-visible:outline-offset-0 disabled:opacity-60"
      />
      <button
        type="submit"
        aria-label={strings.composer.send}
        data-testid="say-button"
        disabled={!isEnabled || text.trim() === ""}
        className="absolute top-1 right-1 grid size-10 place-items-center rounded-full bg-accent text-on-accent enabled:hover:bg-accent-strong disabled:bg-sunken disabled:text-soft"
      >
        <ArrowUp className="size-5" aria-hidden="true" />
      </button>
    </form>
  );
}
