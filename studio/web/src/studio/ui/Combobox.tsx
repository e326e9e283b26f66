/** A choice among many: type to search, arrows to move, and "create" for a name that is not there yet. */

import { ChevronsUpDown } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useId, useState } from "react";
import { uiStrings } from "../../strings/en/studio";
import { Choices, idOf, isComposing, movedTo } from "./Choices";
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

export function Combobox({ id, label, value, options, onChange, onCreate, placeholder, describedBy, isInvalid = false, testId }: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const chosen = options.find((option) => option.value === value);
  const choose = (picked: string): void => {
    setOpen(false);
    if (picked !== value) onChange(picked);
  };
  const create = (name: string): void => {
    setOpen(false);
    onCreate?.(name);
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
        <span className={`truncate ${value === "" ? "text-soft" : ""}`} title={chosen?.label ?? value}>
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
        <Search label={label} value={value} options={options} onChoose={choose} onCreate={onCreate === undefined ? null : create} />
      </Popover.Content>
    </Popover.Root>
  );
}

interface SearchProps {
  label: string;
  value: string;
  options: readonly Option[];
  onChoose: (value: string) => void;
  onCreate: ((name: string) => void) | null;
}

function Search({ label, value, options, onChoose, onCreate }: SearchProps) {
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const wanted = typed.trim();
  const matches = matching(options, wanted);
  const created = onCreate !== null && wanted !== "" && !options.some((option) => option.value === wanted) ? wanted : null;
  const count = matches.length + (created === null ? 0 : 1);
  const take = (index: number): void => {
    const match = matches[index];
    if (match !== undefined) onChoose(match.value);
    else if (created !== null && index === matches.length) onCreate?.(created);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const next = movedTo(event.key, at, count);
    if (next === null && event.key !== "Enter") return;
    event.preventDefault();
    if (next === null) take(at);
    else setAt(next);
  };
  return (
    <>
      <input
        autoFocus
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={count === 0 ? undefined : idOf(listId, at)}
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        placeholder={uiStrings.search}
        className="h-9 w-full border-b bg-surface px-3 text-sm outline-none placeholder:text-soft"
      />
      <Choices
        id={listId}
        options={matches}
        created={created}
        value={value}
        at={Math.min(at, Math.max(0, count - 1))}
        onAt={setAt}
        onChoose={take}
        empty={<p className="p-2 text-xs text-soft">{onCreate === null ? uiStrings.nothingFound : uiStrings.typeNew}</p>}
      />
    </>
  );
}

function matching(options: readonly Option[], typed: string): readonly Option[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return options;
  return options.filter((option) => {
    const text = `${option.value} ${option.label ?? ""} ${option.hint ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
