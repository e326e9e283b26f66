/** Which file of the project is open as text above the page, and at which line. */

import { create } from "zustand";

interface OpenedFile {
  readonly file: { readonly path: string; readonly line: number } | null;
  open(path: string, line: number): void;
  close(): void;
}

export const useOpenedFile = create<OpenedFile>()((set) => ({
  file: null,
  open: (path, line) => set({ file: { path, line } }),
  close: () => set({ file: null }),
}));
