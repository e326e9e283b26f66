/** Words that are said in a way of their own: `pronunciation:` of voice.yml. */

import { BookA, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { contentStrings, voiceStrings as words } from "../../../strings/en/content";
import { TextField } from "../../inspector/TextField";
import { isUnreadable, UnreadableFile } from "../../problems/UnreadableNote";
import { Empty, Page, SkeletonRows } from "../../ui/Bits";
import { Button, IconButton } from "../../ui/Button";
import { Field, TextInput } from "../../ui/Field";
import { mapOf, matching, textOf } from "../entries";
import { PlayButton } from "../PlayButton";
import { useVoiceFile } from "./useYamlFile";

const KEY = "pronunciation";
const LONGEST = 200;

export function LexiconPage() {
  const file = useVoiceFile();
  const [typed, setTyped] = useState("");
  if (file === null) return <SkeletonRows />;
  const isLost = isUnreadable(file);
  const lexicon = mapOf(file.values[KEY]);
  const all = Object.entries(lexicon);
  const shown = matching(all, typed, ([word, said]) => `${word} ${textOf(said)}`);
  return (
    <Page title={contentStrings.sections.lexicon} hint={contentStrings.hints.lexicon}>
      <UnreadableFile unreadable={file.unreadable} />
      {!isLost && <NewWord taken={Object.keys(lexicon)} onAdd={(word, said) => file.set(KEY, word, said)} />}
      {all.length === 0 && <Empty icon={BookA} title={words.none} hint={words.noneHint} />}
      {all.length > 5 && <TextInput aria-label={contentStrings.filter(contentStrings.sections.lexicon)} placeholder={contentStrings.filter(contentStrings.sections.lexicon)} value={typed} onChange={setTyped} className="max-w-80" />}
      {shown.length > 0 && (
        <ul className="flex flex-col divide-y rounded-lg border bg-surface">
          {shown.map(([word, said]) => (
            <li key={word} className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto] items-center gap-3 px-4 py-2" data-testid={`word-${word}`}>
              <span className="truncate text-sm font-medium">{word}</span>
              <TextField
                label={words.said}
                value={textOf(said)}
                isDisabled={isLost}
                check={(text) => (text.length > LONGEST ? words.tooLong : text.trim() === "" ? words.saidHelp : null)}
                onCommit={(text) => file.set(KEY, word, text.trim())}
              />
              <span className="flex self-end">
                <PlayButton text={word} label={`${contentStrings.play}: ${word}`} />
                <IconButton icon={Trash2} label={words.remove(word)} disabled={isLost} onClick={() => file.set(KEY, word, undefined)} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function NewWord({ taken, onAdd }: { taken: readonly string[]; onAdd: (word: string, said: string) => void }) {
  const [word, setWord] = useState("");
  const [said, setSaid] = useState("");
  const isTaken = taken.includes(word.trim());
  const fault = isTaken ? words.wordTaken : word.length > LONGEST ? words.tooLong : null;
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (word.trim() === "" || said.trim() === "" || fault !== null) return;
    onAdd(word.trim(), said.trim());
    setWord("");
    setSaid("");
  };
  return (
    <form className="flex flex-wrap items-start gap-3 rounded-lg border bg-surface p-4" onSubmit={add}>
      <div className="w-56 max-w-full">
        <Field label={words.word} help={words.wordHelp} error={fault}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} value={word} onChange={setWord} data-testid="new-word" />}
        </Field>
      </div>
      <div className="min-w-56 flex-1">
        <Field label={words.said} help={words.saidHelp} error={said.length > LONGEST ? words.tooLong : null}>
          {({ id, describedBy }) => <TextInput id={id} aria-describedby={describedBy} value={said} onChange={setSaid} data-testid="new-said" />}
        </Field>
      </div>
      <div className="mt-6 flex gap-1">
        <PlayButton text={said} />
        <Button type="submit" icon={Plus} weight="accent" disabled={word.trim() === "" || said.trim() === "" || fault !== null} data-testid="add-word">
          {words.add}
        </Button>
      </div>
    </form>
  );
}
