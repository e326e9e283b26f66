/** When a variation may be said: always, or under a condition. */

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { responseStrings as words } from "../../../strings/en/content";
import { ConditionBuilder } from "../../inspector/ConditionBuilder";
import { useAfterConditions } from "../../inspector/conditionsUnderWay";
import { Button, IconButton } from "../../ui/Button";
import { type JsonMap, withKey } from "../entries";
import { conditionText, isOldCondition } from "./variations";

export function VariationCondition({ variation, onChange }: { variation: JsonMap; onChange: (variation: JsonMap) => void }) {
  const [isAdding, setAdding] = useState(false);
  const text = conditionText(variation.condition);
  const remove = useAfterConditions((): void => {
    setAdding(false);
    if (text !== "") onChange(withKey(variation, "condition", undefined));
  });
  if (text === "" && !isAdding) {
    return (
      <Button weight="ghost" icon={Plus} className="self-start" onClick={() => setAdding(true)} data-testid="add-condition">
        {words.addCondition}
      </Button>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between">
        <h4 className="text-xs font-medium">{words.condition}</h4>
        <IconButton icon={Trash2} label={words.removeCondition} onClick={() => remove()} />
      </div>
      {isOldCondition(variation.condition) && <p className="text-xs text-soft">{words.oldCondition}</p>}
      <ConditionBuilder text={text} isOptional onChange={(next) => onChange(withKey(variation, "condition", next))} />
    </div>
  );
}
