/** An intent: example sentences, in which words are marked as entities by selecting them. */

import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { contentStrings, intentStrings as words } from "../../../strings/en/content";
import { Button } from "../../ui/Button";
import { TextInput } from "../../ui/Field";
import { OtherKeys } from "../../inspector/OtherKeys";
import { type Entry, mapOf, matching, replacedAt, withoutAt } from "../entries";
import { useContentEdits } from "../useContent";
import { ExampleRow } from "./ExampleRow";
import { sentencesOf, twice } from "./marks";

const STEP = 100;

export function IntentForm({ entry }: { entry: Entry }) {
  const edits = useContentEdits("intents");
  const examples = entry.examples ?? [];
  const [fresh, setFresh] = useState("");
  const [typed, setTyped] = useState("");
  const [most, setMost] = useState(STEP);
  const put = (next: readonly string[]): void => edits.examples(entry, next);
  const doubled = twice(examples);
  const shown = matching(examples.map((text, index) => ({ text, index })), typed, ({ text }) => text);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    const made = sentencesOf(fresh);
    if (made.length === 0) return;
    put([...examples, ...made]);
    setFresh("");
  };
  return (
    <section className="flex flex-col gap-3 rounded-lg border bg-surface p-4" aria-label={words.examples}>
      <div>
        <h3 className="text-sm font-semibold">{`${words.examples} · ${examples.length}`}</h3>
        <p className="text-xs text-soft">{words.examplesHelp}</p>
      </div>
      <form className="flex gap-2" onSubmit={add}>
        <TextInput
          aria-label={words.add}
          placeholder={words.addHelp}
          value={fresh}
          onChange={setFresh}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text");
            if (!/\n/.test(pasted.trim())) return;
            event.preventDefault();
            put([...examples, ...sentencesOf(pasted)]);
          }}
          data-testid="new-example"
        />
        <Button type="submit" icon={Plus} disabled={fresh.trim() === ""} data-testid="add-example">
          {words.add}
        </Button>
      </form>
      <OtherKeys values={mapOf(entry.value)} known={[]} />
      {examples.length > 10 && <TextInput aria-label={words.filter} placeholder={words.filter} value={typed} onChange={setTyped} />}
      <ul className="flex flex-col gap-2">
        {shown.slice(0, most).map(({ text, index }) => (
          <ExampleRow
            key={`${index}-${examples.length}`}
            number={index + 1}
            example={text}
            isTwice={doubled.has(index)}
            onChange={(next) => put(next.trim() === "" ? withoutAt(examples, index) : replacedAt(examples, index, next))}
            onRemove={() => put(withoutAt(examples, index))}
          />
        ))}
      </ul>
      {shown.length > most && (
        <Button className="self-start" onClick={() => setMost(most + STEP)}>
          {contentStrings.more(Math.min(STEP, shown.length - most))}
        </Button>
      )}
    </section>
  );
}
