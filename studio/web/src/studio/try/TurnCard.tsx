/** One turn of the caller: its words, the commands and who proposed them, the prompt, and the ways back to it. */

import { ChevronRight, CornerUpLeft, Pencil } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { UserEntry } from "../../core/conversation";
import { strings } from "../../strings";
import { tryStrings } from "../../strings/en/try";
import { useProject } from "../document/DocumentProvider";
import { Button, IconButton } from "../ui/Button";
import { Check, TextArea } from "../ui/Field";
import { toldOf } from "./turns";
import { useTry } from "./trySession";

const words = tryStrings.turn;

/** `number` counts turns as the server does; null until the turn is understood. */
export function TurnCard({ entry, number }: { entry: UserEntry; number: number | null }) {
  const [isEditing, setEditing] = useState(false);
  const { project } = useProject();
  const { rewind, isBusy } = useTry();
  if (isEditing && number !== null) return <EditTurn entry={entry} number={number} onDone={() => setEditing(false)} />;
  return (
    <div className="group/turn flex flex-col items-end" data-testid="try-turn" data-turn={number ?? ""}>
      <span className="sr-only">{strings.transcript.you}: </span>
      <p className="max-w-[90%] rounded-lg rounded-br-sm bg-accent-wash px-3 py-2 text-sm break-words">{entry.text}</p>
      {entry.understood === null || number === null ? (
        <p className="mt-1 h-6 animate-breathe text-xs leading-6 text-soft">{words.pending}</p>
      ) : (
        <div className="mt-1 flex w-full items-start justify-end gap-1">
          <Details entry={entry} number={number} />
          <IconButton icon={Pencil} label={words.edit} data-testid="try-edit-turn" disabled={isBusy} onClick={() => setEditing(true)} />
          <IconButton icon={CornerUpLeft} label={words.rewind} data-testid="try-rewind" disabled={isBusy} onClick={() => void rewind(project, { turn: number })} />
        </div>
      )}
    </div>
  );
}

function Details({ entry, number }: { entry: UserEntry; number: number }) {
  const told = useTry((session) => (session.told === null ? null : toldOf(session.told.turns, number)));
  const understood = entry.understood;
  if (understood === null) return null;
  const facts = [strings.turn.by(understood.stage), strings.latency.ms(Math.round(understood.tookMs))];
  return (
    <details className="group min-w-0 flex-1 text-xs" data-testid="try-details" data-stage={understood.stage}>
      <summary className="flex h-8 list-none items-center justify-end gap-1 rounded-sm text-soft hover:text-ink">
        <ChevronRight className="size-3 shrink-0 transition-transform group-open:rotate-90" aria-hidden="true" />
        {facts.join(" · ")}
      </summary>
      <div className="flex flex-col gap-2 rounded-md border bg-page p-2">
        <p className="font-medium">{words.commands}</p>
        {understood.commands.length === 0 ? (
          <p className="text-soft">{words.noCommands}</p>
        ) : (
          <ol className="flex flex-col gap-1">
            {understood.commands.map((command, i) => (
              <li key={i} className="rounded-sm bg-sunken px-2 py-1 font-mono break-all" data-testid="try-command">
                {command}
              </li>
            ))}
          </ol>
        )}
        {told !== null && told.fallbacks.length > 0 && (
          <p className="text-warning">
            {words.fallbacks}: {told.fallbacks.join(", ")}
          </p>
        )}
        {told !== null && told.prompt !== null && (
          <>
            <p className="text-soft" data-testid="try-tokens">
              {words.tokens(told.prompt_tokens, told.cached_tokens, told.completion_tokens)}
            </p>
            <Text title={words.prompt} text={told.prompt} testId="try-prompt" />
            {told.completion !== null && <Text title={words.completion} text={told.completion} testId="try-completion" />}
          </>
        )}
      </div>
    </details>
  );
}

function Text({ title, text, testId }: { title: string; text: string; testId: string }) {
  return (
    <div>
      <p className="font-medium">{title}</p>
      <pre tabIndex={0} className="scroller mt-1 max-h-48 rounded-sm bg-sunken p-2 font-mono break-words whitespace-pre-wrap" data-testid={testId}>
        {text}
      </pre>
    </div>
  );
}

function EditTurn({ entry, number, onDone }: { entry: UserEntry; number: number; onDone: () => void }) {
  const { project } = useProject();
  const { rewind, isBusy } = useTry();
  const [text, setText] = useState(entry.text);
  const [follows, setFollows] = useState(true);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() !== "" && (await rewind(project, { turn: number, text: text.trim(), follows }))) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-2 rounded-lg border border-accent p-3" data-testid="try-edit">
      <TextArea value={text} onChange={setText} aria-label={words.text} data-testid="try-edit-text" autoFocus maxLength={1000} />
      <Check label={words.follows} isChecked={follows} onChange={setFollows} />
      <div className="flex justify-end gap-2">
        <Button weight="ghost" onClick={onDone}>
          {words.cancel}
        </Button>
        <Button weight="accent" type="submit" data-testid="try-replay" disabled={isBusy || text.trim() === ""}>
          {words.replay}
        </Button>
      </div>
    </form>
  );
}
