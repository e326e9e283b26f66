/** Icon and colour of each type of step; the colour never stands alone. */

import { CircleHelp, CornerDownRight, GitFork, type LucideIcon, MessageSquareQuote, MessageSquareText, PencilLine, Repeat, Zap } from "lucide-react";
import { canvasStrings } from "../../strings/en/canvas";
import type { Step, StepType } from "../api/types";
import { isUtterance } from "./stepWords";

export interface Look {
  readonly icon: LucideIcon;
  readonly label: string;
  /** Classes of the tile that the icon stands on. */
  readonly tile: string;
  /** A CSS colour, for the overview. */
  readonly colour: string;
}

const LOOKS: Readonly<Record<StepType | "say", Look>> = {
  say: { icon: MessageSquareText, label: canvasStrings.say, tile: "bg-step-say/15 text-step-say", colour: "var(--color-step-say)" },
  action: { icon: Zap, label: canvasStrings.types.action, tile: "bg-step-action/15 text-step-action", colour: "var(--color-step-action)" },
  collect: { icon: MessageSquareQuote, label: canvasStrings.types.collect, tile: "bg-step-collect/15 text-step-collect", colour: "var(--color-step-collect)" },
  set_slots: { icon: PencilLine, label: canvasStrings.types.set_slots, tile: "bg-step-set/15 text-step-set", colour: "var(--color-step-set)" },
  link: { icon: CornerDownRight, label: canvasStrings.types.link, tile: "bg-step-flow/15 text-step-flow", colour: "var(--color-step-flow)" },
  call: { icon: Repeat, label: canvasStrings.types.call, tile: "bg-step-flow/15 text-step-flow", colour: "var(--color-step-flow)" },
  noop: { icon: GitFork, label: canvasStrings.types.noop, tile: "bg-step-branch/15 text-step-branch", colour: "var(--color-step-branch)" },
  unknown: { icon: CircleHelp, label: canvasStrings.types.unknown, tile: "bg-sunken text-soft", colour: "var(--color-soft)" },
};

export function lookOf(step: Step): Look {
  return isUtterance(step) ? LOOKS.say : LOOKS[step.type];
}

export function lookOfType(type: StepType | "say"): Look {
  return LOOKS[type];
}
