/** One variation of a response. */

import { ArrowUp, Languages, Trash2 } from "lucide-react";
import { responseStrings as words } from "../../../strings/en/content";
import { OtherKeys } from "../../inspector/OtherKeys";
import { Folded } from "../../inspector/Section";
import { TextField } from "../../inspector/TextField";
import { Badge } from "../../ui/Bits";
import { IconButton } from "../../ui/Button";
import { Check } from "../../ui/Field";
import { type JsonMap, mapOf, textOf, withKey } from "../entries";
import { PlayButton } from "../PlayButton";
import { ButtonRows } from "./ButtonRows";
import { VariationCondition } from "./VariationCondition";
import { missingLanguages, SHOWN, withMetadata, withText, withTranslation } from "./variations";

interface VariationFormProps {
  number: number;
  variation: JsonMap;
  language: string;
  languages: readonly string[];
  onChange: (variation: JsonMap) => void;
  onRemove: (() => void) | null;
  onMoveUp: (() => void) | null;
}

export function VariationForm({ number, variation, language, languages, onChange, onRemove, onMoveUp }: VariationFormProps) {
  const missing = missingLanguages(variation, languages);
  const text = textOf(variation.text);
  const more = ["channel", "image", "buttons", "metadata", "allow_interruptions"].some((key) => key in variation);
  return (
    <section className="rounded-lg border bg-surface" aria-label={words.variation(number)} data-testid={`variation-${number}`}>
      <header className="flex min-h-10 items-center gap-2 border-b pr-1 pl-4">
        <h3 className="text-xs font-semibold text-soft">{words.variation(number)}</h3>
        {missing.length > 0 && <Badge tone="warning" icon={Languages}>{words.missingIn(missing.join(", "))}</Badge>}
        <span className="ml-auto flex">
          <PlayButton text={text} />
          {onMoveUp !== null && <IconButton icon={ArrowUp} label={words.moveUp(number)} onClick={onMoveUp} />}
          {onRemove !== null && <IconButton icon={Trash2} label={words.removeVariation(number)} onClick={onRemove} />}
        </span>
      </header>
      <div className="flex flex-col gap-3 p-4">
        <TextField
          label={languages.length > 0 ? `${words.text} (${language})` : words.text}
          help={words.textHelp}
          value={text}
          isMultiline
          onCommit={(next) => onChange(withText(variation, next))}
          testId={`text-${number}`}
        />
        {languages.map((each) => (
          <TextField
            key={each}
            label={words.textIn(each)}
            help={missing.includes(each) ? words.translationMissing : undefined}
            value={textOf(mapOf(variation.translation)[each])}
            isMultiline
            onCommit={(next) => onChange(withTranslation(variation, each, next))}
            aside={<PlayButton text={textOf(mapOf(variation.translation)[each])} />}
            testId={`text-${number}-${each}`}
          />
        ))}
        <VariationCondition variation={variation} onChange={onChange} />
      </div>
      <Folded title={words.more} isOpen={more}>
        <TextField label={words.channel} help={words.channelHelp} value={textOf(variation.channel)} onCommit={(next) => onChange(withKey(variation, "channel", next.trim()))} />
        <Check
          label={words.interruptions}
          help={words.interruptionsHelp}
          isChecked={variation.allow_interruptions !== false}
          onChange={(isOn) => onChange(withKey(variation, "allow_interruptions", isOn ? undefined : false))}
        />
        <Rephrasing variation={variation} onChange={onChange} />
        <ButtonRows variation={variation} onChange={onChange} />
        <TextField label={words.image} help={words.imageHelp} value={textOf(variation.image)} onCommit={(next) => onChange(withKey(variation, "image", next.trim()))} />
        <OtherKeys values={variation} known={SHOWN} />
        <OtherKeys values={mapOf(variation.metadata)} known={["rephrase", "rephrase_prompt", "template"]} />
      </Folded>
    </section>
  );
}

function Rephrasing({ variation, onChange }: { variation: JsonMap; onChange: (variation: JsonMap) => void }) {
  const metadata = mapOf(variation.metadata);
  return (
    <>
      <Check
        label={words.rephrase}
        help={words.rephraseHelp}
        isChecked={metadata.rephrase === true}
        onChange={(isOn) => onChange(withMetadata(variation, "rephrase", isOn ? true : undefined))}
      />
      {metadata.rephrase === true && (
        <TextField label={words.rephrasePrompt} value={textOf(metadata.rephrase_prompt)} isMultiline onCommit={(next) => onChange(withMetadata(variation, "rephrase_prompt", next))} />
      )}
      <Check
        label={words.jinja}
        help={words.jinjaHelp}
        isChecked={metadata.template === "jinja"}
        onChange={(isOn) => onChange(withMetadata(variation, "template", isOn ? "jinja" : undefined))}
      />
    </>
  );
}
