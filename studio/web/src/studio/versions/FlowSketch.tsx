/** A flow drawn small and still, its differing steps in colour and named for readers of the screen. */

import { useMemo } from "react";
import { versionStrings as words } from "../../strings/en/versions";
import { START, type Flow } from "../api/types";
import { NODE_HEIGHT, NODE_WIDTH, PILL_HEIGHT, PILL_WIDTH, toGraph } from "../canvas/graph";
import { tidied } from "../canvas/layout";
import { titleOf } from "../canvas/stepWords";
import { MARKS } from "./marks";
import type { Change, EdgeChange } from "./versionsApi";

const BOXES: Readonly<Record<Change | "same", string>> = {
  added: "fill-accent-wash stroke-accent",
  changed: "fill-sunken stroke-warning",
  removed: "fill-danger-wash stroke-danger",
  moved: "fill-sunken stroke-edge",
  same: "fill-surface stroke-line",
};
const LINES = { added: "stroke-accent", removed: "stroke-danger" };
const MARGIN = 12;

interface FlowSketchProps {
  flow: Flow;
  states: Readonly<Record<string, Change>>;
  edges: readonly EdgeChange[];
  label: string;
}

export function FlowSketch({ flow, states, edges, label }: FlowSketchProps) {
  const { graph, at, box } = useMemo(() => drawn(flow), [flow]);
  const told = Object.entries(states).map(([key, change]) => `${words.states[change]}: ${key}`);
  return (
    <svg viewBox={box} role="img" aria-label={[label, ...told].join(". ")} className="max-h-96 w-full rounded-md bg-page">
      {graph.edges.map(({ id, source, target, edge }) => {
        const from = at[source];
        const to = at[target];
        if (from === undefined || to === undefined) return null;
        const change = edges.find((each) => each.from === edge.from && each.to === edge.to && each.condition === edge.condition);
        const [x1, y1] = [from.x + width(source) / 2, from.y + height(source)];
        const [x2, y2] = [to.x + width(target) / 2, to.y];
        const bend = Math.max(30, Math.abs(y2 - y1) / 2);
        return <path key={id} d={`M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`} className={`fill-none ${change === undefined ? "stroke-edge" : LINES[change.state]}`} strokeWidth={change === undefined ? 2 : 5} />;
      })}
      {[START, ...graph.ends.map(({ id }) => id)].map((id) => {
        const place = at[id];
        return place === undefined ? null : <rect key={id} x={place.x} y={place.y} width={PILL_WIDTH} height={PILL_HEIGHT} rx={PILL_HEIGHT / 2} className={id === START ? "fill-accent" : "fill-edge"} />;
      })}
      {graph.steps.map((step) => {
        const place = at[step.key];
        const change = states[step.key];
        if (place === undefined) return null;
        const title = titleOf(step);
        return (
          <g key={step.key} data-step={step.key} data-state={change ?? "same"}>
            <rect x={place.x} y={place.y} width={NODE_WIDTH} height={NODE_HEIGHT} rx="8" className={BOXES[change ?? "same"]} strokeWidth={change === undefined ? 2 : 5} />
            <text x={place.x + 14} y={place.y + NODE_HEIGHT / 2 + 8} className="fill-ink font-medium" fontSize="22">
              {`${change === undefined ? "" : `${MARKS[change]} `}${title.length > 18 ? `${title.slice(0, 17)}…` : title}`}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

const isPill = (id: string): boolean => id === START || id.startsWith("END|");
const width = (id: string): number => (isPill(id) ? PILL_WIDTH : NODE_WIDTH);
const height = (id: string): number => (isPill(id) ? PILL_HEIGHT : NODE_HEIGHT);

function drawn(flow: Flow) {
  const graph = toGraph(flow);
  const at = tidied(flow, graph);
  const ids = Object.keys(at);
  const left = Math.min(...ids.map((id) => at[id]?.x ?? 0));
  const top = Math.min(...ids.map((id) => at[id]?.y ?? 0));
  const right = Math.max(...ids.map((id) => (at[id]?.x ?? 0) + width(id)));
  const bottom = Math.max(...ids.map((id) => (at[id]?.y ?? 0) + height(id)));
  return { graph, at, box: `${left - MARGIN} ${top - MARGIN} ${right - left + 2 * MARGIN} ${bottom - top + 2 * MARGIN}` };
}
