/** One setting: what it means, its value, its unit, and the way back to its default. */

import { RotateCcw } from "lucide-react";
import { useId } from "react";
import { voiceStrings as words } from "../../../strings/en/content";
import type { Json } from "../../api/types";
import { IconButton } from "../../ui/Button";
import { TextInput } from "../../ui/Field";
import { useDraft } from "../../ui/useDraft";
import { readSetting, type Setting, shown, titleOf, unitOf } from "./settings";

interface SettingRowProps {
  setting: Setting;
  value: Json | undefined;
  onChange: (value: number | undefined) => void;
}

export function SettingRow({ setting, value, onChange }: SettingRowProps) {
  const id = useId();
  const draft = useDraft(shown(value), (text) => {
    const read = readSetting(setting.key, text);
    if ("value" in read) onChange(read.value);
  });
  const read = readSetting(setting.key, draft.value);
  const fault = "fault" in read ? read.fault : null;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 px-4 py-3 max-sm:grid-cols-1" data-testid={`setting-${setting.group}-${setting.key}`}>
      <div className="min-w-0">
        <label htmlFor={id} className="text-sm font-medium">
          {titleOf(setting.key)}
        </label>
        <p id={`${id}-help`} className="text-xs text-soft">
          {setting.meaning}
        </p>
        {fault !== null && (
          <p role="alert" className="text-xs text-danger">
            {fault}
          </p>
        )}
      </div>
      <div className="flex items-center gap-2">
        <TextInput id={id} aria-describedby={`${id}-help`} aria-invalid={fault !== null} inputMode="decimal" placeholder={String(setting.default)} className="w-28! text-right tabular-nums" {...draft} />
        <span className="w-10 shrink-0 text-xs text-soft">{words.units[unitOf(setting.key)]}</span>
        <span className="w-8 shrink-0">
          {value !== undefined && <IconButton icon={RotateCcw} label={`${words.reset(titleOf(setting.key))}. ${words.isDefault(String(setting.default))}`} onClick={() => onChange(undefined)} />}
        </span>
      </div>
    </li>
  );
}
