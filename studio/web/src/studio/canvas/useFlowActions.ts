/** The gestures of one flow's canvas, bound to the document.
 *
 * Those that give steps or branches other places or names wait until a condition that was being typed is written.
 */

import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { type Command, type EdgeAt, END, type Flow, type Point, START } from "../api/types";
import { useCommentsUi } from "../comments/commentsUi";
import { useProject } from "../document/DocumentProvider";
import { afterConditions } from "../inspector/conditionsUnderWay";
import { useShell } from "../shell/shellStore";
import { toast } from "../ui/toasts";
import type { CanvasActions } from "./CanvasContext";
import { type AddAsked, useCanvasUi } from "./canvasUi";
import { type StepChoice, stepFor } from "./choices";
import { firstCondition, refusal } from "./connectRules";
import { deletion, dropped, edgeDeletion, insertion, positionsCommand, wayAfter } from "./gestures";
import { isEndId, toGraph } from "./graph";
import { type Positions, tidied } from "./layout";
import { looksLikeSteps, stepsAsYaml } from "./stepsYaml";
import { targetOf, titleOf } from "./stepWords";

const labels = canvasStrings.labels;
const FORM_FIELDS = "[data-inspector] :is(input, textarea, select, button[role=combobox])";
const say = (words: string): void => useShell.getState().announce(words);

export function useFlowActions(flow: Flow, at: Positions, isReadOnly: boolean): CanvasActions {
  const { store, project } = useProject();
  const navigate = useNavigate();
  const latest = useRef({ flow, at });
  latest.current = { flow, at };
  return useMemo((): CanvasActions => {
    const now = (): { flow: Flow; at: Positions } => latest.current;
    const id = flow.id;
    const selected = (): readonly string[] => {
      const { selection } = store.getState();
      return selection.flow === id ? selection.keys.filter((key) => key !== START) : [];
    };
    const select = (keys: readonly string[]): void => {
      useCommentsUi.getState().close();
      store.getState().select({ flow: id, keys, edge: null });
    };
    /** Returns whether there was anything to do. */
    const send = (label: string, commands: readonly Command[], keys?: readonly string[]): boolean => {
      if (isReadOnly || commands.length === 0) return false;
      void store.getState().edit(label, commands, keys === undefined ? {} : { select: { flow: id, keys, edge: null } });
      return true;
    };
    const title = (key: string): string => {
      const step = now().flow.steps.find((each) => each.key === key);
      return step === undefined ? (key === START ? canvasStrings.start : canvasStrings.end) : titleOf(step);
    };
    const slotType = (name: string): string | undefined =>
      store.getState().outline?.slots.find((slot) => slot.name === name)?.type;

    const actions: CanvasActions = {
      current: now,
      isReadOnly,
      refusalFor(target) {
        const { connecting } = useCanvasUi.getState();
        return connecting === null ? null : refusal(now().flow, connecting, target);
      },
      select,
      selectAll() {
        select(now().flow.steps.map((step) => step.key));
      },
      selectEdge(edge) {
        store.getState().select({ flow: id, keys: [], edge });
      },
      askInsert(way, screen) {
        useCanvasUi.getState().ask({ at: way, point: null, screen, isNewBranch: false });
      },
      askAdd() {
        const [key] = selected();
        const { edge } = store.getState().selection;
        const way = edge ?? wayAfter(now().flow, key ?? lastStep(now().flow));
        useCanvasUi.getState().ask({ at: way, point: null, screen: screenOf(key ?? null), isNewBranch: false });
      },
      add(choice) {
        const asked = useCanvasUi.getState().adding;
        if (asked === null) return;
        useCanvasUi.getState().ask(null);
        afterConditions(() => addStep(choice, asked));
      },
      remove() {
        const { edge } = store.getState().selection;
        const keys = selected();
        afterConditions(() => {
          if (keys.length > 0) {
            const around = now().flow.edges.find((each) => each.to === keys[0])?.from;
            const isDone = send(labels.delete(keys.length), deletion(now().flow, keys), around === undefined || keys.includes(around) ? [] : [around]);
            if (isDone) say(canvasStrings.announce.deleted(keys.length));
          } else if (edge !== null && send(labels.disconnect, edgeDeletion(now().flow, edge), [])) say(canvasStrings.announce.disconnected);
        });
      },
      connect(from, to, isNewBranch) {
        const target = isEndId(to) ? END : to;
        const reason = refusal(now().flow, from, to);
        if (reason !== null) {
          toast.info(reason);
          return;
        }
        const condition = isNewBranch ? { condition: firstCondition(now().flow, from.from, slotType) } : {};
        if (!send(labels.connect, [{ op: "connect", flow: id, ...from, to: target, ...condition }])) return;
        if (isNewBranch) store.getState().select({ flow: id, keys: [], edge: from });
        say(canvasStrings.announce.connected(title(from.from), title(target)));
      },
      place(moved) {
        send(labels.move(Object.keys(moved).length), [positionsCommand(now().flow, now().at, moved)]);
      },
      tidy() {
        const { flow: shown } = now();
        if (!send(labels.tidy, [{ op: "set_positions", flow: id, positions: tidied(shown, toGraph(shown)) }])) return;
        useCanvasUi.getState().tellTidied();
        say(canvasStrings.announce.tidied);
      },
      copy() {
        const keys = selected();
        if (keys.length === 0) return "";
        say(canvasStrings.announce.copied(keys.length));
        return stepsAsYaml(now().flow, keys);
      },
      cut() {
        const yaml = actions.copy();
        const keys = selected();
        if (yaml !== "") afterConditions(() => void send(labels.cut, deletion(now().flow, keys), []));
        return yaml;
      },
      paste(yaml) {
        if (!looksLikeSteps(yaml)) {
          toast.info(canvasStrings.clipboard.notSteps);
          return;
        }
        afterConditions(() => paste(labels.paste, yaml));
      },
      duplicate() {
        const keys = selected();
        if (keys.length > 0) afterConditions(() => paste(labels.duplicate, stepsAsYaml(now().flow, keys)));
      },
      askRename(key) {
        if (!isReadOnly && key !== START) useCanvasUi.getState().setRenaming(key);
      },
      askConnect(key) {
        if (!isReadOnly) useCanvasUi.getState().setConnectFrom(key);
      },
      openForm() {
        document.querySelector<HTMLElement>(FORM_FIELDS)?.focus();
      },
      openComments(key) {
        if (key === null || key === START) select([]);
        useCommentsUi.getState().ask(id, key === START ? null : key);
      },
      rename(key, name) {
        if (name !== "" && name !== key) afterConditions(() => void send(labels.rename, [{ op: "rename_step", flow: id, key, id: name }], [name]));
      },
      openTarget(key) {
        const step = now().flow.steps.find((each) => each.key === key);
        const target = step === undefined ? "" : targetOf(step);
        const known = store.getState().outline?.flows.some((each) => each.id === target);
        if (step === undefined || (step.type !== "link" && step.type !== "call") || known !== true) return;
        void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: target } });
      },
      edit: (label, commands) => afterConditions(() => void send(label, commands)),
    };

    const addStep = (choice: StepChoice, asked: AddAsked): void => {
      const { flow: shown, at: places } = now();
      const { step, before } = stepFor(shown, choice, store.getState().outline);
      const condition = asked.isNewBranch && asked.at !== null ? firstCondition(shown, asked.at.from, slotType) : null;
      const commands =
        asked.point === null && asked.at !== null
          ? insertion(shown, places, asked.at, step)
          : dropped(shown, places, asked.at, step, asked.point ?? { x: 0, y: 0 }, condition);
      const name = choice.target === "" ? canvasStrings.types[step.type] : choice.target;
      if (send(labels.add(name), [...before, ...commands], step.id === undefined ? [] : [step.id])) say(canvasStrings.announce.added(name));
    };

    /** What is pasted goes behind the selected step, and is selected afterwards. */
    const paste = (label: string, yaml: string): void => {
      if (isReadOnly) return;
      const { flow: shown } = now();
      const keys = selected();
      const last = keys.at(-1);
      const edge = store.getState().selection.edge;
      const way: EdgeAt | null = edge ?? (last === undefined ? null : wayAfter(shown, last));
      const known = new Set(shown.steps.map((step) => step.key));
      void store
        .getState()
        .edit(label, [{ op: "paste_steps", flow: id, at: shown.steps.length === 0 ? { from: START, kind: "next", index: 0 } : way, yaml }])
        .then((edited) => {
          const after = edited?.flows.find((each) => each.id === id);
          if (after === undefined) return;
          const carried = new Set(Object.values(edited?.moved[id] ?? {}));
          select(after.steps.map((step) => step.key).filter((key) => !known.has(key) && !carried.has(key)));
          say(canvasStrings.announce.pasted);
        });
    };
    return actions;
  }, [flow.id, isReadOnly, store, project, navigate]);
}

function lastStep(flow: Flow): string {
  return flow.steps.at(-1)?.key ?? START;
}

/** Where on the screen a step's lower edge is; the middle of the canvas where it is not drawn. */
export function screenOf(key: string | null): Point {
  const drawn = key === null ? null : document.querySelector(`.react-flow__node[data-id="${CSS.escape(key)}"]`);
  const box = (drawn ?? document.querySelector(".react-flow"))?.getBoundingClientRect();
  if (box === undefined) return { x: 200, y: 200 };
  return drawn === null ? { x: box.x + box.width / 2, y: box.y + box.height / 3 } : { x: box.x + box.width / 2, y: box.bottom };
}
