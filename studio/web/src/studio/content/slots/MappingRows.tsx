/** Where a slot's value comes from, source by source. */

import { Plus, Trash2 } from "lucide-react";
import { slotStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { Button, IconButton } from "../../ui/Button";
import { type JsonMap, listOf, mapOf, replacedAt, withoutAt } from "../entries";
import { MappingForm } from "./MappingForm";

interface MappingRowsProps {
  slotType: string;
  value: Json | undefined;
  onChange: (value: Json) => void;
}

export function MappingRows({ slotType, value, onChange }: MappingRowsProps) {
  const mappings = listOf(value).map(mapOf);
  const put = (next: readonly JsonMap[]): void => onChange(next.map((each): Json => ({ ...each })));
  return (
    <>
      <p className="text-xs text-soft">{words.mappingsHelp}</p>
      {mappings.map((mapping, index) => (
        <div key={`${index}-${mappings.length}`} role="group" aria-label={words.mapping(index + 1)} className="flex items-start gap-2 rounded-md border p-3">
          <div className="flex min-w-0 flex-1 flex-col gap-2">
            <MappingForm mapping={mapping} label={words.mapping(index + 1)} slotType={slotType} onChange={(next) => put(replacedAt(mappings, index, next))} />
          </div>
          <IconButton icon={Trash2} label={words.removeMapping(index + 1)} onClick={() => put(withoutAt(mappings, index))} />
        </div>
      ))}
      <Button icon={Plus} className="self-start" onClick={() => put([...mappings, { type: "from_llm" }])}>
        {words.addMapping}
      </Button>
    </>
  );
}
