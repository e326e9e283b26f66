/** Flows to which something is limited; none of them means all. */

import { X } from "lucide-react";
import { slotStrings as words } from "../../../strings/en/content";
import { useDoc } from "../../document/DocumentProvider";
import { IconButton } from "../../ui/Button";
import { Combobox } from "../../ui/Combobox";
import { Field } from "../../ui/Field";

export function FlowsField({ flows, onChange }: { flows: readonly string[]; onChange: (flows: readonly string[]) => void }) {
  const outline = useDoc((state) => state.outline);
  const free = (outline?.flows ?? []).filter(({ id }) => !flows.includes(id)).map(({ id, name }) => ({ value: id, hint: name }));
  return (
    <Field label={words.inFlows} help={words.inFlowsHelp}>
      {({ id, describedBy }) => (
        <div className="flex flex-col gap-1">
          {flows.map((flow) => (
            <span key={flow} className="flex items-center justify-between rounded-sm bg-sunken pl-2 text-sm">
              {flow}
              <IconButton icon={X} label={words.removeFlow(flow)} onClick={() => onChange(flows.filter((each) => each !== flow))} />
            </span>
          ))}
          <Combobox id={id} label={words.inFlows} describedBy={describedBy} placeholder={flows.length === 0 ? words.allFlows : words.addFlow} value="" options={free} onChange={(flow) => onChange([...flows, flow])} />
        </div>
      )}
    </Field>
  );
}
