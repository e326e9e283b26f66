/** Ctrl+K: flows, steps, texts and commands, by typing a few letters. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { type ReactNode, useDeferredValue, useState } from "react";
import { canvasStrings } from "../../strings/en/canvas";
import { searchStrings, shellStrings } from "../../strings/en/studio";
import { useProject, useDoc } from "../document/DocumentProvider";
import { useFocusStep } from "../canvas/focusStore";
import { Dialog } from "../ui/Dialog";
import { ITEM } from "../ui/itemLook";
import { useCanvasCommands } from "../canvas/canvasCommands";
import { useShell } from "./shellStore";

const MOST = 20;

export function SearchPalette() {
  const { isSearchOpen, setSearchOpen } = useShell();
  return (
    <Dialog title={shellStrings.searchEverything} isOpen={isSearchOpen} onClose={() => setSearchOpen(false)} width="medium" isBare testId="search">
      {isSearchOpen && <Palette onDone={() => setSearchOpen(false)} />}
    </Dialog>
  );
}

function Palette({ onDone }: { onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const { api, project } = useProject();
  const navigate = useNavigate();
  const focus = useFocusStep();
  const outline = useDoc((state) => state.outline);
  const commands = useCanvasCommands((state) => state.commands);
  const { data: hits } = useQuery({
    queryKey: ["project", project, "search", words],
    queryFn: ({ signal }) => api.search(words, signal),
    enabled: words.length > 1,
    placeholderData: (before) => before,
  });
  const matches = (text: string): boolean => text.toLowerCase().includes(words.toLowerCase());
  const run = (action: () => void) => () => {
    onDone();
    action();
  };
  const flows = (outline?.flows ?? []).filter((flow) => matches(`${flow.name} ${flow.id}`)).slice(0, words === "" ? 8 : MOST);
  const pages = Object.entries(shellStrings.nav).filter(([, label]) => matches(label));
  return (
    <Command shouldFilter={false} label={shellStrings.searchEverything} loop>
      <Command.Input
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder={shellStrings.searchEverything}
        data-testid="search-input"
        className="h-12 w-full border-b bg-surface px-4 text-base outline-none placeholder:text-soft"
      />
      <Command.List className="scroller max-h-96 p-2">
        <Command.Empty className="p-4 text-center text-sm text-soft">{searchStrings.none}</Command.Empty>
        <Group heading={searchStrings.flows} count={flows.length}>
          {flows.map((flow) => (
            <Command.Item
              key={flow.id}
              value={`flow:${flow.id}`}
              className={ITEM}
              onSelect={run(() => void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: flow.id } }))}
            >
              <span className="min-w-0 flex-1 truncate">{flow.name}</span>
              <span className="truncate text-xs text-soft">{flow.id}</span>
            </Command.Item>
          ))}
        </Group>
        <Group heading={searchStrings.found} count={hits?.length ?? 0}>
          {(hits ?? []).slice(0, MOST).map((hit, index) => (
            <Command.Item
              key={`${hit.kind}:${hit.name}:${index}`}
              value={`hit:${hit.kind}:${hit.name}:${index}`}
              className={ITEM}
              onSelect={run(() => focus.go(hit))}
            >
              <span className="min-w-0 flex-1 truncate">{hit.text ?? hit.name}</span>
              <span className="max-w-64 truncate text-xs text-soft">
                {[hit.kind, hit.flow, hit.name].filter((part) => part !== null && part !== undefined && part !== "").join(" · ")}
              </span>
            </Command.Item>
          ))}
        </Group>
        <Group heading={searchStrings.commands} count={1}>
          {commands
            .filter((command) => matches(canvasStrings.commands[command.id]))
            .map((command) => (
              <Command.Item key={command.id} value={`do:${command.id}`} className={ITEM} onSelect={run(command.run)}>
                {canvasStrings.commands[command.id]}
              </Command.Item>
            ))}
        </Group>
        <Group heading={searchStrings.pages} count={pages.length}>
          {pages.map(([name, label]) => (
            <Command.Item
              key={name}
              value={`page:${name}`}
              className={ITEM}
              onSelect={run(() => void navigate({ to: `/studio/$project/${name as "flows"}`, params: { project } }))}
            >
              {label}
            </Command.Item>
          ))}
        </Group>
      </Command.List>
    </Command>
  );
}

function Group({ heading, count, children }: { heading: string; count: number; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="**:[[cmdk-group-heading]]:px-2 **:[[cmdk-group-heading]]:py-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:font-semibold **:[[cmdk-group-heading]]:text-soft"
    >
      {children}
    </Command.Group>
  );
}
