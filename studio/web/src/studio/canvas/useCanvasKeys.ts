/** The canvas by keyboard. While something is typed, keys belong to what is typed in. */

import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { useProject } from "../document/DocumentProvider";
import { isTyping, useShell } from "../shell/shellStore";
import { type ShortcutId, shortcutOf } from "../shell/shortcuts";
import type { CanvasActions } from "./CanvasContext";
import { NODE_HEIGHT, NODE_WIDTH } from "./graph";
import { GRID } from "./layout";
import { run } from "./stepKeys";
import { titleOf, wordsOf } from "./stepWords";
import { type Direction, neighbour } from "./walking";

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};
const STEPS: Readonly<Record<Direction, { x: number; y: number }>> = {
  up: { x: 0, y: -GRID },
  down: { x: 0, y: GRID },
  left: { x: -GRID, y: 0 },
  right: { x: GRID, y: 0 },
};

/** Keys count on the canvas, and where nothing else has the focus. */
function isHere(event: Event): boolean {
  const { target } = event;
  if (isTyping(target) || document.querySelector("dialog[open]") !== null) return false;
  return target === document.body || (target instanceof Element && target.closest("[data-testid=canvas]") !== null);
}

/** `openMenuAt`: the menu of a step; null: of what is selected else, or of the canvas. */
export function useCanvasKeys(actions: CanvasActions, fit: () => void, openMenuAt: (key: string | null) => void): void {
  const { store } = useProject();
  const { setCenter, getZoom } = useReactFlow();

  const focus = (key: string): void => {
    const { flow, at } = actions.current();
    actions.select([key]);
    const point = at[key];
    if (point !== undefined) {
      void setCenter(point.x + NODE_WIDTH / 2, point.y + NODE_HEIGHT / 2, { zoom: Math.max(getZoom(), 0.6), duration: 150 });
    }
    const step = flow.steps.find((each) => each.key === key);
    const problems = store.getState().findings.filter((finding) => finding.flow === flow.id && finding.step === key).length;
    const { announce } = useShell.getState();
    announce(step === undefined ? canvasStrings.start : canvasStrings.announce.focused(titleOf(step), wordsOf(step), problems));
  };

  const walk = (direction: Direction): void => {
    const { flow, at } = actions.current();
    const { selection } = store.getState();
    const key = selection.flow === flow.id ? (selection.keys.at(-1) ?? null) : null;
    const to = neighbour(flow, at, key, direction);
    if (to !== null) focus(to);
  };

  const nudge = (direction: Direction): void => {
    const { flow, at } = actions.current();
    const { selection } = store.getState();
    if (selection.flow !== flow.id) return;
    const by = STEPS[direction];
    const moved = selection.keys.flatMap((key) => {
      const point = at[key];
      return point === undefined ? [] : [[key, { x: point.x + by.x, y: point.y + by.y }] as const];
    });
    if (moved.length > 0) actions.place(Object.fromEntries(moved));
  };

  const press = (id: ShortcutId): boolean => {
    const { selection } = store.getState();
    const [key] = selection.flow === actions.current().flow.id ? selection.keys : [];
    if (id === "fit") fit();
    else if (id === "menu") openMenuAt(key ?? null);
    else return run(id, key ?? null, actions);
    return true;
  };

  const handlers = {
    keydown(event: KeyboardEvent) {
      const direction = DIRECTIONS[event.key];
      if (direction !== undefined && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        if (event.altKey) nudge(direction);
        else walk(direction);
        return;
      }
      // Buttons on the canvas keep Enter and Space for themselves.
      if (event.key === "Enter" && event.target instanceof HTMLButtonElement) return;
      const id = shortcutOf(event);
      if (id !== null && press(id)) event.preventDefault();
    },
    copy: (event: ClipboardEvent) => give(event, actions.copy()),
    cut: (event: ClipboardEvent) => give(event, actions.cut()),
    paste(event: ClipboardEvent) {
      event.preventDefault();
      actions.paste(event.clipboardData?.getData("text/plain") ?? "");
    },
  };
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const down = (event: KeyboardEvent): void => void (isHere(event) && latest.current.keydown(event));
    const copy = (event: ClipboardEvent): void => void (isHere(event) && latest.current.copy(event));
    const cut = (event: ClipboardEvent): void => void (isHere(event) && latest.current.cut(event));
    const paste = (event: ClipboardEvent): void => void (isHere(event) && latest.current.paste(event));
    document.addEventListener("keydown", down);
    document.addEventListener("copy", copy);
    document.addEventListener("cut", cut);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("keydown", down);
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", cut);
      document.removeEventListener("paste", paste);
    };
  }, []);
}

function give(event: ClipboardEvent, yaml: string): void {
  if (yaml === "") return;
  event.clipboardData?.setData("text/plain", yaml);
  event.preventDefault();
}
