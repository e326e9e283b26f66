/** Form fields: a label, what the field is for, and what is wrong with it. */

import { CircleAlert } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from "react";

export const INPUT =
  "w-full rounded-md border border-line bg-surface px-2 text-sm text-ink placeholder:text-soft hover:border-edge focus-visible:border-accent aria-invalid:border-danger disabled:bg-sunken disabled:text-soft";

interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | null;
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
  /** Beside the label: a button, a badge. */
  aside?: ReactNode;
}

export function Field({ label, help, error, children, aside }: FieldProps) {
  const id = useId();
  const hasHelp = help !== undefined && help !== null && help !== "";
  const hasError = error !== undefined && error !== null && error !== "";
  const parts = [hasHelp ? `${id}-help` : null, hasError ? `${id}-error` : null].filter((part) => part !== null);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <label htmlFor={id} className="text-xs font-medium text-ink">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, describedBy: parts.length > 0 ? parts.join(" ") : undefined })}
      {hasHelp && (
        <p id={`${id}-help`} className="text-xs text-soft">
          {help}
        </p>
      )}
      {hasError && (
        <p id={`${id}-error`} className="flex gap-1 text-xs text-danger" role="alert">
          <CircleAlert className="size-4 shrink-0" aria-hidden="true" />
          {error}
        </p>
      )}
    </div>
  );
}

type TextProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & { onChange: (value: string) => void };

export function TextInput({ onChange, className = "", ...rest }: TextProps) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      className={`h-8 ${INPUT} ${className}`}
      onChange={(event) => onChange(event.target.value)}
      {...rest}
    />
  );
}

type AreaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> & { onChange: (value: string) => void };

/** Grows with its text. */
export function TextArea({ onChange, className = "", ...rest }: AreaProps) {
  return (
    <textarea
      rows={2}
      className={`field-sizing-content max-h-64 min-h-16 resize-none py-1 ${INPUT} ${className}`}
      onChange={(event) => onChange(event.target.value)}
      {...rest}
    />
  );
}

interface CheckProps {
  label: string;
  help?: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  isDisabled?: boolean;
}

export function Check({ label, help, isChecked, onChange, isDisabled = false }: CheckProps) {
  const id = useId();
  return (
    <div className="flex gap-2">
      <input
        id={id}
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-px size-4 shrink-0 accent-accent"
      />
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-xs font-medium">
          {label}
        </label>
        {help !== undefined && (
          <p id={`${id}-help`} className="text-xs text-soft">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  id?: string;
  label?: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
  describedBy?: string | undefined;
  isDisabled?: boolean;
}

/** A few fixed choices: the browser's own select. */
export function Choice<T extends string>({ id, label, value, options, onChange, className = "", describedBy, isDisabled }: ChoiceProps<T>) {
  return (
    <select
      id={id}
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      disabled={isDisabled}
      onChange={(event) => onChange(event.target.value as T)}
      className={`h-8 ${INPUT} ${className}`}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
