/** One example sentence; selecting words in it offers to mark them as an entity. */

import { Trash2 } from "lucide-react";
import { useState } from "react";
import { intentStrings as words } from "../../../strings/en/content";
import { useDoc } from "../../document/DocumentProvider";
import { Badge } from "../../ui/Bits";
import { Button, IconButton } from "../../ui/Button";
import { Combobox } from "../../ui/Combobox";
import { TextInput } from "../../ui/Field";
import { useDraft } from "../../ui/useDraft";
import { markChoices, marked, plainOf, segmentsOf } from "./marks";

interface ExampleRowProps {
  number: number;
  example: string;
  isTwice: boolean;
  onChange: (example: string) => void;
  onRemove: () => void;
}

export function ExampleRow({ number, example, isTwice, onChange, onRemove }: ExampleRowProps) {
  const draft = useDraft(example, onChange);
  const [picked, setPicked] = useState<readonly [number, number] | null>(null);
  const entities = useDoc((state) => state.outline?.entities) ?? [];
  const marks = segmentsOf(draft.value).filter((segment) => segment.entity !== null);
  const canMark = picked !== null && marked(draft.value, picked[0], picked[1], "x") !== null;
  const mark = (entity: string): void => {
    const next = picked === null ? null : marked(draft.value, picked[0], picked[1], entity, entities);
    if (next !== null) onChange(next);
    setPicked(null);
  };
  return (
    <li className="flex flex-col gap-1" data-testid={`example-${number}`}>
      <div className="flex gap-1">
        <TextInput
          aria-label={words.example(number)}
          aria-invalid={isTwice}
          {...draft}
          onSelect={({ currentTarget: { selectionStart, selectionEnd } }) =>
            setPicked(selectionStart === null || selectionEnd === null || selectionStart === selectionEnd ? null : [selectionStart, selectionEnd])
          }
        />
        <IconButton icon={Trash2} label={words.remove(number)} onClick={onRemove} />
      </div>
      {(marks.length > 0 || canMark || isTwice) && (
        <div className="flex flex-wrap items-center gap-2">
          {marks.map((segment, index) => (
            <Badge key={index} tone="accent">
              {words.marked(segment.text, [segment.entity ?? "", ...segment.parts].join(", "))}
            </Badge>
          ))}
          {canMark && (
            <div className="flex items-center gap-2 text-xs">
              <span>{words.mark}</span>
              <div className="w-48">
                <Combobox label={words.entity} value="" options={markChoices(entities)} onChange={mark} onCreate={mark} testId="mark-entity" />
              </div>
            </div>
          )}
          {marks.length > 0 && (
            <Button weight="ghost" onClick={() => onChange(plainOf(draft.value))}>
              {words.unmark}
            </Button>
          )}
          {isTwice && <span className="text-xs text-danger">{words.twice}</span>}
        </div>
      )}
    </li>
  );
}
