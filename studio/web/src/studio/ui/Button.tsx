/** The studio's buttons: one height, four weights, and square ones with an icon and a name. */

import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";

const WEIGHTS = {
  accent: "bg-accent text-on-accent hover:bg-accent-strong",
  danger: "bg-danger-fill text-on-danger hover:bg-danger-fill-strong",
  outline: "border border-line bg-surface text-ink hover:border-edge hover:bg-sunken",
  ghost: "text-soft hover:bg-sunken hover:text-ink",
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  weight?: keyof typeof WEIGHTS;
  icon?: LucideIcon;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ weight = "outline", icon: Icon, children, className = "", ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex h-8 shrink-0 items-center justify-center gap-2 rounded-md px-3 text-sm font-medium whitespace-nowrap transition-colors disabled:pointer-events-none disabled:opacity-50 ${WEIGHTS[weight]} ${className}`}
      {...rest}
    >
      {Icon !== undefined && <Icon className="size-4 shrink-0" aria-hidden="true" />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  label: string;
  shortcut?: string;
  isOn?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** `isOn` makes it a switch: it stays lit while what it opens is there. */
export function IconButton({ icon: Icon, label, shortcut, isOn, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isOn}
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      className={`grid size-8 shrink-0 place-items-center rounded-md transition-colors disabled:pointer-events-none disabled:opacity-50 ${
        isOn === true ? "bg-accent-wash text-accent-strong" : "text-soft hover:bg-sunken hover:text-ink"
      } ${className}`}
      {...rest}
    >
      <Icon className="size-4" aria-hidden="true" />
    </button>
  );
}
