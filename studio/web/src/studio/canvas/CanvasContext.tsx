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
  rename(key: string, id: string): void;
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
