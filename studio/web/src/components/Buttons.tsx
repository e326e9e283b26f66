/** The page's buttons: one shape, four weights. */

import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes } from "react";

const WEIGHTS = {
  accent: "bg-accent text-on-accent hover:bg-accent-strong",
  danger: "bg-danger-fill text-on-danger hover:bg-danger-fill-strong",
  outline: "border border-edge bg-surface text-ink hover:bg-sunken",
  quiet: "text-soft underline-offset-4 hover:text-ink hover:underline",
};
const SIZES = {
  large: "h-16 gap-3 px-12 text-lg font-semibold",
  medium: "h-12 gap-2 px-6 text-base font-semibold",
  small: "h-9 gap-2 px-4 text-sm font-medium",
};

interface PillProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  weight: keyof typeof WEIGHTS;
  size?: keyof typeof SIZES;
  icon?: LucideIcon;
}

export function Pill({ weight, size = "medium", icon: Icon, children, className = "", ...rest }: PillProps) {
  return (
    <button
      type="button"
      className={`inline-flex shrink-0 items-center justify-center rounded-full whitespace-nowrap transition-colors ${WEIGHTS[weight]} ${SIZES[size]} ${className}`}
      {...rest}
    >
      {Icon !== undefined && <Icon className={size === "small" ? "size-4" : "size-5"} aria-hidden="true" />}
      {children}
    </button>
  );
}
