/** A field of a form that is typed in: given on when the person pauses or leaves. */

import type { ReactNode } from "react";
import { Field, TextArea, TextInput } from "../ui/Field";
import { useDraft } from "../ui/useDraft";

interface TextFieldProps {
  label: string;
  help?: ReactNode;
  value: string;
  onCommit: (text: string) => void;
  isMultiline?: boolean;
  isDisabled?: boolean;
  placeholder?: string;
  /** What is wrong with a text; what is wrong is not given on. */
  check?: (text: string) => string | null;
  aside?: ReactNode;
  testId?: string;
  inputMode?: "numeric" | "text";
}

export function TextField({ label, help, value, onCommit, isMultiline = false, isDisabled = false, placeholder, check, aside, testId, inputMode }: TextFieldProps) {
  const draft = useDraft(
    value,
    (text) => {
      if (check === undefined || check(text) === null) onCommit(text);
    },
    isMultiline,
  );
  const error = check?.(draft.value) ?? null;
  const Input = isMultiline ? TextArea : TextInput;
  return (
    <Field label={label} help={help} error={error} aside={aside}>
      {({ id, describedBy }) => (
        <Input
          id={id}
          aria-describedby={describedBy}
          aria-invalid={error !== null}
          value={draft.value}
          onChange={draft.onChange}
          onBlur={draft.onBlur}
          onKeyDown={draft.onKeyDown}
          disabled={isDisabled}
          data-testid={testId}
          {...(placeholder === undefined ? {} : { placeholder })}
          {...(inputMode === undefined ? {} : { inputMode })}
        />
      )}
    </Field>
  );
}

/** A whole number in a range, or nothing. */
export function wholeNumber(text: string, least: number, most: number): number | null | "wrong" {
  const plain = text.trim();
  if (plain === "") return null;
  const number = Number(plain);
  return Number.isInteger(number) && number >= least && number <= most ? number : "wrong";
}
