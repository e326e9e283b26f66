/** A response: its variations, each with text, translations, condition and what else the format knows. */

import { Plus } from "lucide-react";
import { responseStrings } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { useDoc } from "../../document/DocumentProvider";
import { Button } from "../../ui/Button";
import { type Entry, listOf, movedUp, replacedAt, withoutAt } from "../entries";
import { otherLanguages } from "../listing";
import { useContentEdits } from "../useContent";
import { variationsOf } from "./variations";
import { VariationForm } from "./VariationForm";

export function ResponseForm({ entry }: { entry: Entry }) {
  const outline = useDoc((state) => state.outline);
  const edits = useContentEdits("responses");
  const variations = variationsOf(entry.value);
  // Variations that are not changed stay as they stand in the file, a bare text too.
  const written = listOf(entry.value);
  const put = (next: readonly Json[]): void => edits.put(entry, [...next]);
  return (
    <section className="flex flex-col gap-3" aria-label={responseStrings.variations}>
      <p className="text-xs text-soft">{responseStrings.variationsHelp}</p>
      {variations.map((variation, index) => (
        <VariationForm
          key={`${index}-${variations.length}`}
          number={index + 1}
          variation={variation}
          language={outline?.assistant.language ?? "en"}
          languages={otherLanguages(outline)}
          onChange={(next) => put(replacedAt(written, index, { ...next }))}
          onRemove={variations.length > 1 ? () => put(withoutAt(written, index)) : null}
          onMoveUp={index > 0 ? () => put(movedUp(written, index)) : null}
        />
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...written, { text: variations.at(-1)?.text ?? "" }])} data-testid="add-variation">
        {responseStrings.addVariation}
      </Button>
    </section>
  );
}
