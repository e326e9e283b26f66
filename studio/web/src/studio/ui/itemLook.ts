/** How one choice of a list looks, wherever choices are listed. */

export const ITEM =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 text-sm data-[selected=true]:bg-accent-wash data-[selected=true]:text-ink";
