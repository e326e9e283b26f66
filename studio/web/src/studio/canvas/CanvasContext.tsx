/** The gestures of the open canvas, for everything that is drawn on it. */

import { createContext, useContext } from "react";
import type { Command, EdgeAt, Flow, Point } from "../api/types";
import type { Positions } from "./layout";
import type { StepChoice } from "./choices";

export interface CanvasActions {
  /** The flow as it is shown now, and where everything stands. */
  current(): { flow: Flow; at: Positions };
  isReadOnly: boolean;
  refusalFor(target: string): string | null;
  select(keys: readonly string[]): void;
  selectAll(): void;
  selectEdge(at: EdgeAt): void;
  askInsert(at: EdgeAt, screen: Point): void;
  askAdd(): void;
  add(choice: StepChoice): void;
  remove(): void;
  connect(from: EdgeAt, to: string, isNewBranch: boolean): void;
  place(moved: Positions): void;
  tidy(): void;
  copy(): string;
  cut(): string;
  paste(yaml: string): void;
  duplicate(): void;
  askRename(key: string): void;
  rename(key: string, id: string): void;
  askConnect(key: string): void;
  /** Puts the keyboard into the form of what is selected. */
  openForm(): void;
  /** Of a step; null: of the flow. */
  openComments(key: string | null): void;
  openTarget(key: string): void;
  edit(label: string, commands: readonly Command[]): void;
}

const Context = createContext<CanvasActions | null>(null);

export const CanvasProvider = Context.Provider;

export function useCanvasActions(): CanvasActions {
  const actions = useContext(Context);
  if (actions === null) throw new Error("useCanvasActions is for parts of the canvas");
  return actions;
}
