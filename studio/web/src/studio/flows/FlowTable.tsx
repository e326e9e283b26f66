/** Flows in rows: name, tags, steps, tests, problems, and what can be done with each. */

import { Link, useNavigate } from "@tanstack/react-router";
import { CircleAlert, Copy, History, MoreHorizontal, Paintbrush, PencilLine, RotateCcw, Trash2 } from "lucide-react";
import { useRef } from "react";
import { problemStrings } from "../../strings/en/canvas";
import { flowStrings } from "../../strings/en/studio";
import type { FlowSummary } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { isUnreadable } from "../problems/UnreadableNote";
import { Badge, Problems } from "../ui/Bits";
import { IconButton } from "../ui/Button";
import { Menu, type MenuItem } from "../ui/Menu";
import { ago } from "../ui/time";
import { useRows } from "../ui/useRows";
import type { FlowAction } from "./FlowDialogs";

const words = flowStrings.columns;
const ROW_HEIGHT = 53;
const COLUMNS = 6;

interface FlowTableProps {
  flows: readonly FlowSummary[];
  onAction: (action: FlowAction) => void;
  label: string;
}

export function FlowTable({ flows, onAction, label }: FlowTableProps) {
  const now = Date.now();
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useRows({ root: body, count: flows.length, keyOf: (index) => flows[index]?.id ?? "", estimate: () => ROW_HEIGHT });
  return (
    <div className="overflow-hidden rounded-lg border bg-surface">
      <table className="w-full table-fixed text-sm" aria-label={label} aria-rowcount={flows.length + 1} data-testid="flow-table">
        <thead className="border-b text-left text-xs text-soft">
          <tr className="h-9" aria-rowindex={1}>
            <th className="px-4 font-medium">{words.name}</th>
            <th className="w-20 px-2 font-medium max-sm:hidden">{words.steps}</th>
            <th className="w-44 px-2 font-medium max-lg:hidden">{words.tests}</th>
            <th className="w-52 px-2 font-medium max-md:hidden">{words.problems}</th>
            <th className="w-28 px-2 font-medium max-xl:hidden">{words.changed}</th>
            <th className="w-12">
              <span className="sr-only">{flowStrings.open}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body} onFocus={rows.onFocus}>
          {rows.pieces.map((piece) => {
            if (piece.kind === "gap") {
              return (
                <tr key={piece.key} aria-hidden="true">
                  <td colSpan={COLUMNS} className="p-0" style={{ height: piece.height }} />
                </tr>
              );
            }
            const flow = flows[piece.index];
            return flow === undefined ? null : <Row key={piece.key} flow={flow} index={piece.index} measure={rows.measure} now={now} onAction={onAction} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  flow: FlowSummary;
  index: number;
  measure: ((row: Element | null) => void) | undefined;
  now: number;
  onAction: (action: FlowAction) => void;
}

function Row({ flow, index, measure, now, onAction }: RowProps) {
  const { project } = useProject();
  const navigate = useNavigate();
  const open = (): void => void navigate({ to: "/studio/$project/flows/$flow", params: { project, flow: flow.id } });
  const items: (MenuItem | null)[] = isUnreadable(flow)
    ? []
    : flow.is_pattern
    ? [
        ...(flow.is_default ? [{ label: flowStrings.customise, icon: Paintbrush, onSelect: () => onAction({ kind: "customise", flow }) }] : []),
        ...(flow.is_customised ? [{ label: flowStrings.reset, icon: RotateCcw, onSelect: () => onAction({ kind: "reset", flow }) }] : []),
      ]
    : [
        { label: flowStrings.rename, icon: PencilLine, onSelect: () => onAction({ kind: "rename", flow }) },
        { label: flowStrings.duplicate, icon: Copy, onSelect: () => onAction({ kind: "duplicate", flow }) },
        null,
        { label: flowStrings.delete, icon: Trash2, isDangerous: true, onSelect: () => onAction({ kind: "delete", flow }) },
      ];
  const isOlder = flow.tests !== null && flow.tests.etag !== undefined && flow.tests.etag !== flow.etag;
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className="group border-b last:border-b-0 hover:bg-sunken" data-testid={`flow-${flow.id}`} onDoubleClick={open}>
      <td className="px-4 py-2">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to="/studio/$project/flows/$flow"
            params={{ project, flow: flow.id }}
            className="truncate font-medium hover:text-accent-strong hover:underline hover:underline-offset-2"
          >
            {flow.name}
          </Link>
          {flow.is_customised && <Badge tone="accent">{flowStrings.customised}</Badge>}
          {flow.is_default && <Badge>{flowStrings.builtIn}</Badge>}
          {isUnreadable(flow) && (
            <Badge tone="danger" icon={CircleAlert}>
              {problemStrings.unreadableBadge}
            </Badge>
          )}
        </div>
        <p className="truncate text-xs text-soft" title={flow.description}>
          {flow.is_default ? flow.description : `${flow.file} · ${flow.description}`}
        </p>
      </td>
      <td className="px-2 tabular-nums max-sm:hidden">{flow.n_steps}</td>
      <td className="truncate px-2 text-soft max-lg:hidden" data-testid={`tests-${flow.id}`} title={isOlder ? flowStrings.testsOlder : undefined}>
        {flow.tests === null ? flowStrings.testsUnknown : flow.tests.cases === 0 ? flowStrings.noTests : flowStrings.tests(flow.tests.cases, flow.tests.covered_steps, flow.n_steps)}
        {isOlder && (
          <>
            {" "}
            <History className="inline size-3 text-warning" aria-hidden="true" />
            <span className="sr-only">{flowStrings.testsOlder}</span>
          </>
        )}
      </td>
      <td className="px-2 max-md:hidden">
        <span className="flex flex-wrap gap-1">
          {flow.errors + flow.warnings === 0 ? <span className="text-soft">{flowStrings.noProblems}</span> : <Problems errors={flow.errors} warnings={flow.warnings} />}
        </span>
      </td>
      <td className="px-2 text-soft max-xl:hidden">{ago(flow.changed_at, now)}</td>
      <td className="pr-2">
        {items.length > 0 && (
          <Menu trigger={<IconButton icon={MoreHorizontal} label={flowStrings.actions(flow.name)} data-testid={`flow-menu-${flow.id}`} />} items={items} />
        )}
      </td>
    </tr>
  );
}
