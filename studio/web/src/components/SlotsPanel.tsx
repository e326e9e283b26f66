/** What the assistant knows by now. A value that just changed lights up. */

import { useEffect, useState } from "react";
import type { SlotValue } from "../core/conversation";
import { slotText } from "../core/format";
import { strings } from "../strings";
import { Panel } from "./InsidePanel";

export function SlotsPanel({
  slots,
  known,
}: {
  slots: readonly SlotValue[];
  known: readonly { name: string }[];
}) {
  // Slots that come with the product are not the assistant's own, and not on its card.
  const shown =
    known.length === 0 ? slots : slots.filter((slot) => known.some((own) => own.name === slot.name));
  const unset = known.filter((own) => !slots.some((slot) => slot.name === own.name)).length;
  return (
    <Panel
      title={strings.slots.title}
      aside={
        unset > 0 &&
        shown.length > 0 && <span className="text-xs text-soft">{strings.slots.unset(unset)}</span>
      }
    >
      {shown.length === 0 ? (
        <p className="text-sm text-pretty text-soft">{strings.slots.none}</p>
      ) : (
        <table className="-mx-2 w-[calc(100%+1rem)] table-fixed text-sm" data-testid="slots">
          <thead className="sr-only">
            <tr>
              <th scope="col">{strings.slots.name}</th>
              <th scope="col">{strings.slots.value}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((slot) => (
              // A new key starts the highlight again when the value changes again.
              <SlotRow key={`${slot.name} ${slot.changes}`} slot={slot} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

const FRESH_MS = 2400;

function SlotRow({ slot }: { slot: SlotValue }) {
  const [isFresh, setFresh] = useState(true);
  useEffect(() => {
    const timer = window.setTimeout(() => setFresh(false), FRESH_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <tr className={`align-top ${isFresh ? "animate-highlight" : ""}`}>
      <th
        scope="row"
        className="w-1/2 rounded-l-md px-2 py-1.5 text-left font-mono text-xs leading-5 font-normal break-words text-soft"
      >
        {slot.name}
      </th>
      <td
        className={`rounded-r-md px-2 py-1.5 text-right break-words tabular-nums ${slot.value === null ? "text-soft" : "font-medium"}`}
        data-testid={`slot-${slot.name}`}
      >
        {slotText(slot.value)}
      </td>
    </tr>
  );
}
