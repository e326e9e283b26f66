/** Menus behind a button, and menus of the right mouse button; never modal, since that would put styles into the page. */

import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export interface MenuItem {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly shortcut?: string;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
}

const CONTENT = "z-40 min-w-48 rounded-md border bg-surface p-1 shadow-lg";
const ENTRY =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm outline-none data-disabled:pointer-events-none data-disabled:opacity-50 data-highlighted:bg-accent-wash";

export function Menu({ trigger, items, align = "end" }: { trigger: ReactNode; items: readonly (MenuItem | null)[]; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Content align={align} sideOffset={4} collisionPadding={8} className={CONTENT}>
        {items.map((item, index) =>
          item === null ? (
            <DropdownMenu.Separator key={`line-${index}`} className="my-1 border-t" />
          ) : (
            <DropdownMenu.Item
              key={item.label}
              disabled={item.isDisabled ?? false}
              onSelect={item.onSelect}
              className={`${ENTRY} ${item.isDangerous === true ? "text-danger" : ""}`}
            >
              {item.icon !== undefined && <item.icon className="size-4 shrink-0" aria-hidden="true" />}
              <span className="min-w-0 flex-1 truncate">{item.label}</span>
              {item.shortcut !== undefined && <kbd className="font-sans text-xs text-soft">{item.shortcut}</kbd>}
            </DropdownMenu.Item>
          ),
        )}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
