/** Menus behind a button, and menus of the right mouse button; never modal, since that would put styles into the page. */

import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { focusOrigin, giveFocusBack } from "./focusing";

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

type Items = readonly (MenuItem | null)[];

export function Menu({ trigger, items, align = "end" }: { trigger: ReactNode; items: Items; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Content align={align} sideOffset={4} collisionPadding={8} className={CONTENT}>
        <Entries items={items} />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

interface PlacedMenuProps {
  label: string;
  /** Where on the screen. */
  at: { readonly x: number; readonly y: number };
  items: Items;
  /** Opened by a key: the first entry has the keyboard. */
  isByKeys: boolean;
  onClose: () => void;
  testId?: string;
}

/** A menu that is open at a place of the screen: of the right mouse button, or of the menu key. */
export function PlacedMenu({ label, at, items, isByKeys, onClose, testId }: PlacedMenuProps) {
  const [origin] = useState(focusOrigin);
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isByKeys) content.current?.querySelector<HTMLElement>("[role=menuitem]:not([data-disabled])")?.focus();
  }, [isByKeys]);
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DropdownMenu.Trigger tabIndex={-1} aria-label={label} className="pointer-events-none fixed size-px opacity-0" style={{ left: at.x, top: at.y }} />
      <DropdownMenu.Content
        ref={content}
        side="bottom"
        align="start"
        // Beside the pointer: a button that is let go would choose what lies under it.
        sideOffset={2}
        alignOffset={2}
        collisionPadding={8}
        aria-label={label}
        data-testid={testId}
        className={CONTENT}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => event.stopPropagation()}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          giveFocusBack(origin);
        }}
      >
        <Entries items={items} />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

function Entries({ items }: { items: Items }) {
  return items.map((item, index) =>
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
  );
}
