/** "Add step here": first what should happen, then what about; both by typing or with the arrows. */

import { Command } from "cmdk";
import { ArrowLeft, Plus } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { flushSync } from "react-dom";
import { canvasStrings } from "../../strings/en/canvas";
import { uiStrings } from "../../strings/en/studio";
import type { Flow, Point } from "../api/types";
import { useDoc } from "../document/DocumentProvider";
import { ITEM } from "../ui/itemLook";
import { focusOrigin, giveFocusBack } from "../ui/focusing";
import { useCanvasActions } from "./CanvasContext";
import { useCanvasUi } from "./canvasUi";
import { CAN_CREATE, CHOICE_KINDS, type ChoiceKind, targetsOf } from "./choices";
import { lookOfType } from "./stepLooks";
import { useResponseTexts } from "./useResponseTexts";

const words = canvasStrings.addMenu;
const MOST = 60;

const LABELS: Readonly<Record<ChoiceKind, { label: string; hint: string }>> = {
  collect: { label: canvasStrings.types.collect, hint: words.hints.collect },
  say: { label: words.say, hint: words.sayHint },
  action: { label: words.run, hint: words.runHint },
  set_slots: { label: canvasStrings.types.set_slots, hint: words.hints.set_slots },
  call: { label: canvasStrings.types.call, hint: words.hints.call },
  link: { label: canvasStrings.types.link, hint: words.hints.link },
  noop: { label: canvasStrings.types.noop, hint: words.hints.noop },
};

export function AddMenu({ flow }: { flow: Flow }) {
  const adding = useCanvasUi((ui) => ui.adding);
  const { ask } = useCanvasUi.getState();
  if (adding === null) return null;
  return <Asking flow={flow} screen={adding.screen} onClose={() => ask(null)} />;
}

function Asking({ flow, screen, onClose }: { flow: Flow; screen: Point; onClose: () => void }) {
  const [origin] = useState(focusOrigin);
  return (
    <Popover.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Anchor asChild>
        <span className="pointer-events-none fixed size-px" style={{ left: screen.x, top: screen.y }} />
      </Popover.Anchor>
      <Popover.Content
        side="bottom"
        sideOffset={8}
        collisionPadding={12}
        aria-label={words.title}
        data-testid="add-menu"
        className="z-40 w-80 rounded-md border bg-surface shadow-lg"
        onKeyDown={(event) => event.stopPropagation()}
        onCloseAutoFocus={(event) => {
          event.preventDefault();
          giveFocusBack(origin);
        }}
      >
        <Choices flow={flow} />
      </Popover.Content>
    </Popover.Root>
  );
}

function Choices({ flow }: { flow: Flow }) {
  const [kind, setKind] = useState<ChoiceKind | null>(null);
  const [typed, setTyped] = useState("");
  const outline = useDoc((state) => state.outline);
  const responseText = useResponseTexts();
  const { add } = useCanvasActions();
  const wanted = typed.trim().toLowerCase();
  const has = (text: string): boolean => wanted.split(/\s+/).every((word) => text.toLowerCase().includes(word));
  const kinds = kind === null ? CHOICE_KINDS.filter((each) => has(`${LABELS[each].label} ${LABELS[each].hint}`)) : [];
  const targets = (kind === null ? [] : [kind]).flatMap((each) =>
    targetsOf(each, outline, flow.id)
      .map((target) => ({ kind: each, ...target, text: each === "say" ? responseText(target.name) : (target.hint ?? null) }))
      .filter((target) => has(`${target.name} ${target.text ?? ""}`)),
  );
  const canCreate = kind !== null && CAN_CREATE.has(kind) && wanted !== "" && !targets.some(({ name }) => name === wanted);
  // Enter arrives here as an event of cmdk's own, behind which React would draw later: what is typed at once would go
  // into the first question's input and be kept.
  const choose = (each: ChoiceKind): void => {
    if (each === "noop") add({ kind: each, target: "", isNew: false });
    else
      flushSync(() => {
        setTyped("");
        setKind(each);
      });
  };
  return (
    <Command shouldFilter={false} label={words.title} loop>
      <div className="flex items-center border-b">
        {kind !== null && (
          <button type="button" aria-label={uiStrings.back} onClick={() => setKind(null)} className="grid size-9 place-items-center text-soft hover:text-ink">
            <ArrowLeft className="size-4" aria-hidden="true" />
          </button>
        )}
        <Command.Input
          // Made anew at the second question, so that typing goes on after a click.
          key={kind ?? "kinds"}
          autoFocus
          value={typed}
          onValueChange={setTyped}
          onKeyDown={(event) => {
            if (event.key === "Backspace" && typed === "") setKind(null);
          }}
          placeholder={kind === null ? words.search : LABELS[kind].label}
          className="h-9 w-full bg-surface px-3 text-sm outline-none placeholder:text-soft"
        />
      </div>
      <Command.List className="scroller max-h-80 p-1">
        {kinds.map((each) => {
          const look = lookOfType(each);
          return (
            <Command.Item key={each} value={each} onSelect={() => choose(each)} data-testid={`add-${each}`} className={ITEM}>
              <span className={`grid size-8 shrink-0 place-items-center rounded-sm ${look.tile}`}>
                <look.icon className="size-4" aria-hidden="true" />
              </span>
              <span className="min-w-0">
                <span className="block text-sm font-medium">{LABELS[each].label}</span>
                <span className="block truncate text-xs text-soft">{LABELS[each].hint}</span>
              </span>
            </Command.Item>
          );
        })}
        {canCreate && (
          <Command.Item value="create" className={ITEM} data-testid="add-create" onSelect={() => add({ kind, target: typed.trim(), isNew: true })}>
            <Plus className="size-4 shrink-0 text-accent" aria-hidden="true" />
            {uiStrings.create(typed.trim())}
          </Command.Item>
        )}
        {targets.slice(0, MOST).map((target) => (
          <Command.Item key={`${target.kind}:${target.name}`} value={`${target.kind}:${target.name}`} className={ITEM} onSelect={() => add({ kind: target.kind, target: target.name, isNew: false })}>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{target.name}</span>
              {target.text !== null && <span className="block truncate text-xs text-soft">{target.text}</span>}
            </span>
          </Command.Item>
        ))}
        {kinds.length + targets.length === 0 && !canCreate && <p className="p-2 text-xs text-soft">{kind !== null && CAN_CREATE.has(kind) ? words.typeNew : uiStrings.nothingFound}</p>}
      </Command.List>
    </Command>
  );
}
