/** The flow's file as text beside the canvas: one document, one history. Invalid YAML is told and never saved. */

import { X } from "lucide-react";
import { useState } from "react";
import { uiStrings } from "../../strings/en/studio";
import type { Flow } from "../api/types";
import { useShell } from "../shell/shellStore";
import { IconButton } from "../ui/Button";
import { FileText, SavingWords } from "./FileText";
import type { Saving } from "./yamlSaving";

export default function YamlPane({ flow }: { flow: Flow }) {
  const [saving, setSaving] = useState<Saving>({ kind: "saved" });
  return (
    <>
      <header className="flex h-12 shrink-0 items-center justify-between gap-2 border-b pr-2 pl-4">
        <h2 className="truncate text-sm font-semibold">{flow.file}</h2>
        <SavingWords saving={saving} />
        <IconButton icon={X} label={uiStrings.close} onClick={() => useShell.getState().setPane("none")} />
      </header>
      <FileText flow={flow} path={flow.file} saving={saving} onSaving={setSaving} />
    </>
  );
}
