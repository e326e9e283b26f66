/** What the open canvas can do, for the search palette: empty where no canvas is open. */

import { create } from "zustand";

export type CanvasCommandId = "tidy" | "fit" | "add" | "selectAll" | "yaml" | "outline" | "problems";

export interface CanvasCommand {
  readonly id: CanvasCommandId;
  readonly run: () => void;
}

interface CanvasCommands {
  readonly commands: readonly CanvasCommand[];
  offer(commands: readonly CanvasCommand[]): void;
}

export const useCanvasCommands = create<CanvasCommands>()((set) => ({
  commands: [],
  offer: (commands) => set({ commands }),
}));
