/** What an import took and what it left out. */

import { useNavigate } from "@tanstack/react-router";
import { projectsStrings as words } from "../../strings/en/projects";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { ImportedAssistant } from "./projectsApi";

const MOST = 100;

export function ImportedDialog({ imported, onDone }: { imported: ImportedAssistant; onDone: () => void }) {
  const navigate = useNavigate();
  const { left_out: leftOut } = imported;
  return (
    <Dialog
      title={words.imported(imported.name)}
      isOpen
      onClose={onDone}
      testId="imported-dialog"
      footer={
        <>
          <Button onClick={onDone}>{words.close}</Button>
          <Button weight="accent" onClick={() => void navigate({ to: "/studio/$project/flows", params: { project: imported.id } })} data-testid="open-imported">
            {words.goOn}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2 p-4 text-sm">
        <p>{leftOut.length === 0 ? words.nothingLeftOut : words.leftOut(leftOut.length)}</p>
        <ul className="flex flex-col gap-1 text-xs">
          {leftOut.slice(0, MOST).map(({ path, reason }) => (
            <li key={path}>
              <span className="font-medium break-all">{path}</span>
              <span className="text-soft">{` — ${reason}`}</span>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
