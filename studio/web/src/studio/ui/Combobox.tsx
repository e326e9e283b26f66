/** A choice among many: type to search, arrows to move, and "create" for a name that is not there yet. */

import { Command } from "cmdk";
import { Check, ChevronsUpDown, Plus } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { uiStrings } from "../../strings/en/studio";
import { INPUT } from "./Field";

export interface Option {
  readonly value: string;
  readonly label?: string;
  /** Said small beside it: a type, a text. */
  readonly hint?: string | undefined;
}

interface ComboboxProps {
  id?: string;
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  onCreate?: (name: string) => void;
  placeholder?: string;
  describedBy?: string | undefined;
  isInvalid?: boolean;
  testId?: string;
}

/** Long lists are cut: typing narrows them down. */
const MOST = 200;

export function Combobox({ id, label, value, options, onChange, onCreate, placeholder, describedBy, isInvalid = false, testId }: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const chosen = options.find((option) => option.value === value);
  const wanted = typed.trim();
  const matches = matching(options, wanted);
  const canCreate = onCreate !== undefined && wanted !== "" && !options.some((option) => option.value === wanted);
  const choose = (picked: string): void => {
    setOpen(false);
    setTyped("");
    if (picked !== value) onChange(picked);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        id={id}
        aria-label={value === "" ? label : `${label}: ${chosen?.label ?? value}`}
        aria-describedby={describedBy}
        aria-invalid={isInvalid}
        role="combobox"
        aria-expanded={isOpen}
        aria-haspopup="listbox"
        data-testid={testId}
        className={`flex h-8 items-center justify-between gap-2 text-left ${INPUT}`}
      >
        <span className={`truncate ${value === "" ? "text-soft" : ""}`}>
          {value === "" ? (placeholder ?? uiStrings.choose) : (chosen?.label ?? value)}
        </span>
        <ChevronsUpDown className="size-4 shrink-0 text-soft" aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Content
        align="start"
        sideOffset={4}
        collisionPadding={8}
        aria-label={label}
        className="z-40 w-(--radix-popover-trigger-width) min-w-64 rounded-md border bg-surface shadow-lg"
      >
        <Command shouldFilter={false} label={label}>
          <Command.Input
            autoFocus
            value={typed}
            onValueChange={setTyped}
            placeholder={uiStrings.search}
            className="h-9 w-full border-b bg-surface px-3 text-sm outline-none placeholder:text-soft"
          />
          <Command.List className="scroller max-h-64 p-1">
            {matches.length === 0 && !canCreate && <p className="p-2 text-xs text-soft">{onCreate === undefined ? uiStrings.nothingFound : uiStrings.typeNew}</p>}
            {matches.slice(0, MOST).map((option) => (
              <Command.Item key={option.value} value={option.value} onSelect={() => choose(option.value)} className={ITEM}>
                <Check className={`size-4 shrink-0 ${option.value === value ? "text-accent" : "invisible"}`} aria-hidden="true" />
                <span className="min-w-0 flex-1 truncate">{option.label ?? option.value}</span>
                {option.hint !== undefined && <span className="max-w-32 truncate text-xs text-soft">{option.hint}</span>}
              </Command.Item>
            ))}
            {canCreate && (
              <Command.Item
                value={`create:${wanted}`}
                className={ITEM}
                onSelect={() => {
                  setOpen(false);
                  setTyped("");
                  onCreate(wanted);
                }}
              >
                <Plus className="size-4 shrink-0 text-accent" aria-hidden="true" />
                {uiStrings.create(wanted)}
              </Command.Item>
            )}
          </Command.List>
        </Command>
      </Popover.Content>
    </Popover.Root>
  );
}

export const ITEM =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 text-sm data-[selected=true]:bg-accent-wash data-[selected=true]:text-ink";

function matching(options: readonly Option[], typed: string): readonly Option[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return options;
  return options.filter((option) => {
    const text = `${option.value} ${option.label ?? ""} ${option.hint ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
