/** "Connect to…": the keyboard's way to draw a line. First which way on, then which step. */

import { Command } from "cmdk";
import { useState } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { END, type Flow } from "../api/types";
import { Choice } from "../ui/Field";
import { Dialog } from "../ui/Dialog";
import { ITEM } from "../ui/itemLook";
import { useCanvasActions } from "./CanvasContext";
import { useCanvasUi } from "./canvasUi";
import { edgeWords } from "./conditionWords";
import { type Port, portsOf, refusal } from "./connectRules";
import { inspectorStrings } from "../../strings/en/inspector";
import { lookOf } from "./stepLooks";
import { titleOf, wordsOf } from "./stepWords";
import { useResponseTexts } from "./useResponseTexts";

const words = canvasStrings.connect;

export function ConnectDialog({ flow }: { flow: Flow }) {
  const from = useCanvasUi((ui) => ui.connectFrom);
  const step = flow.steps.find((each) => each.key === from);
  const close = (): void => useCanvasUi.getState().setConnectFrom(null);
  if (from === null) return null;
  const title = step === undefined ? canvasStrings.start : titleOf(step);
  return (
    <Dialog title={words.title(title)} isOpen onClose={close} testId="connect-dialog">
      <Connect key={from} flow={flow} from={from} onDone={close} />
    </Dialog>
  );
}

function portWords(port: Port): string {
  if (port.isNew) return inspectorStrings.branches.addWay;
  if (port.kind === "next") return inspectorStrings.branches.next;
  return edgeWords({ from: "", to: null, kind: port.kind, index: port.index, condition: port.condition, is_implicit: false, to_id: null });
}

function Connect({ flow, from, onDone }: { flow: Flow; from: string; onDone: () => void }) {
  const { connect } = useCanvasActions();
  const responseText = useResponseTexts();
  const ports = portsOf(flow, from);
  const [chosen, setChosen] = useState("0");
  const port = ports[Number(chosen)] ?? ports[0];
  if (port === undefined) return <p className="p-4 text-sm text-soft">{words.reasons.link}</p>;
  const way = { from, kind: port.kind, index: port.index };
  const take = (target: string): void => {
    connect(way, target, port.isNew);
    onDone();
  };
  const refused = (target: string): string | null => (port.isNew ? (target === from ? words.reasons.same : null) : refusal(flow, way, target));
  return (
    <Command label={words.search} loop>
      <div className="flex flex-col gap-2 p-3">
        {ports.length > 1 && (
          <Choice
            label={inspectorStrings.branches.which}
            value={chosen}
            options={ports.map((each, index) => ({ value: String(index), label: portWords(each) }))}
            onChange={setChosen}
          />
        )}
        <Command.Input autoFocus placeholder={words.search} className="h-9 w-full rounded-md border border-line bg-surface px-3 text-sm placeholder:text-soft" />
      </div>
      <Command.List className="scroller max-h-80 border-t p-1">
        {flow.steps.map((step) => {
          const look = lookOf(step);
          const reason = refused(step.key);
          return (
            <Command.Item
              key={step.key}
              value={step.key}
              keywords={[titleOf(step), wordsOf(step, responseText)]}
              disabled={reason !== null}
              onSelect={() => take(step.key)}
              className={`${ITEM} data-[disabled=true]:opacity-60`}
            >
              <look.icon className="size-4 shrink-0 text-soft" aria-hidden="true" />
              <span className="min-w-0 flex-1">
                <span className="block truncate">{titleOf(step)}</span>
                <span className="block truncate text-xs text-soft">{reason ?? wordsOf(step, responseText)}</span>
              </span>
            </Command.Item>
          );
        })}
        <Command.Item value={END} keywords={[words.end]} disabled={refused(END) !== null} onSelect={() => take(END)} className={`${ITEM} data-[disabled=true]:opacity-60`}>
          {words.end}
        </Command.Item>
      </Command.List>
    </Command>
  );
}
