/** The menu of the right mouse button: what the keys do, to be found without knowing them. */

import {
  Cable,
  Clipboard,
  Copy,
  CopyPlus,
  ExternalLink,
  FormInput,
  type LucideIcon,
  Maximize,
  MessageSquare,
  PencilLine,
  PlusSquare,
  Redo2,
  Scissors,
  SquareDashed,
  Trash2,
  Undo2,
  WandSparkles,
} from "lucide-react";
import { canvasStrings } from "../../strings/en/canvas";
import { useDoc, useProject } from "../document/DocumentProvider";
import { afterConditions } from "../inspector/conditionsUnderWay";
import { SHORTCUTS } from "../shell/shortcuts";
import { type MenuItem, PlacedMenu } from "../ui/Menu";
import { toast } from "../ui/toasts";
import { useCanvasActions } from "./CanvasContext";
import { type MenuAsked, useCanvasUi } from "./canvasUi";
import { type Entry, type EntryId, menuEntries } from "./menuEntries";
import { run } from "./stepKeys";
import { targetOf } from "./stepWords";

const ICONS: Partial<Record<EntryId, LucideIcon>> = {
  form: FormInput,
  open: ExternalLink,
  comment: MessageSquare,
  add: PlusSquare,
  connect: Cable,
  rename: PencilLine,
  cut: Scissors,
  copy: Copy,
  paste: Clipboard,
  duplicate: CopyPlus,
  delete: Trash2,
  all: SquareDashed,
  tidy: WandSparkles,
  fit: Maximize,
  undo: Undo2,
  redo: Redo2,
};

export function CanvasMenu({ onFit }: { onFit: () => void }) {
  const menu = useCanvasUi((ui) => ui.menu);
  if (menu === null) return null;
  return <OpenMenu key={`${menu.screen.x}|${menu.screen.y}`} menu={menu} onFit={onFit} />;
}

function OpenMenu({ menu, onFit }: { menu: MenuAsked; onFit: () => void }) {
  const { store } = useProject();
  const actions = useCanvasActions();
  const history = useDoc((state) => state.history);
  const hasQueue = useDoc((state) => state.queue.length > 0);
  const { subject } = menu;
  const key = subject.kind === "step" ? subject.key : null;
  const step = actions.current().flow.steps.find((each) => each.key === key);
  const opens = step !== undefined && (step.type === "link" || step.type === "call") && step.fields.mcp_server === undefined && targetOf(step) !== "";
  const entries = menuEntries(subject, { isReadOnly: actions.isReadOnly, opens, canUndo: history.past.length > 0 || hasQueue, canRedo: history.future.length > 0 });
  const choose = (id: EntryId): void => {
    if (id === "open") actions.openTarget(key ?? "");
    else if (id === "fit") onFit();
    else if (id === "undo") afterConditions(() => void store.getState().undo());
    else if (id === "redo") afterConditions(() => void store.getState().redo());
    else if (id === "copy") void give(actions.copy());
    else if (id === "cut") void give(actions.cut());
    else if (id === "paste") void take(actions.paste);
    // Behind the menu, which gives the keyboard back when it is gone.
    else if (id === "form" || id === "comment") setTimeout(() => run(id, key, actions));
    else run(id, key, actions);
  };
  const item = (entry: Entry): MenuItem => {
    const icon = ICONS[entry.id];
    const shortcut = SHORTCUTS.find((each) => each.id === entry.id)?.keys[0];
    return {
      label: entry.label,
      isDisabled: entry.isDisabled,
      isDangerous: entry.id === "delete",
      onSelect: () => choose(entry.id),
      ...(icon === undefined ? {} : { icon }),
      ...(shortcut === undefined ? {} : { shortcut }),
    };
  };
  return (
    <PlacedMenu
      label={canvasStrings.menu.label}
      at={menu.screen}
      isByKeys={menu.isByKeys}
      testId="canvas-menu"
      onClose={() => useCanvasUi.getState().askMenu(null)}
      items={entries.map((entry) => (entry === null ? null : item(entry)))}
    />
  );
}

async function give(yaml: string): Promise<void> {
  if (yaml === "") return;
  try {
    await navigator.clipboard.writeText(yaml);
  } catch {
    toast.error(canvasStrings.clipboard.notWritten);
  }
}

/** Reading the clipboard asks the person, and is not there on every page. */
async function take(paste: (yaml: string) => void): Promise<void> {
  let yaml: string;
  try {
    yaml = await navigator.clipboard.readText();
  } catch {
    toast.info(canvasStrings.clipboard.denied);
    return;
  }
  paste(yaml);
}
