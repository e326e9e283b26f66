/** What a template has inside, drawn small: questions, answers, actions and ways between them. */

type Kind = "say" | "collect" | "action" | "set" | "branch";
type Box = readonly [x: number, y: number, kind: Kind];
const FILLS: Readonly<Record<Kind, string>> = {
  say: "fill-step-say",
  collect: "fill-step-collect",
  action: "fill-step-action",
  set: "fill-step-set",
  branch: "fill-step-branch",
};
interface Picture {
  readonly boxes: readonly Box[];
  readonly lines: readonly (readonly [from: number, to: number])[];
}

const EMPTY: Picture = { boxes: [], lines: [] };
const PICTURES: Readonly<Record<string, Picture>> = {
  appointments: {
    boxes: [[72, 6, "collect"], [72, 26, "collect"], [72, 46, "action"], [44, 66, "say"], [100, 66, "say"]],
    lines: [[0, 1], [1, 2], [2, 3], [2, 4]],
  },
  faq: {
    boxes: [[72, 12, "action"], [44, 38, "say"], [100, 38, "collect"], [100, 62, "action"]],
    lines: [[0, 1], [0, 2], [2, 3]],
  },
  "order-status": {
    boxes: [[72, 4, "collect"], [72, 22, "action"], [72, 40, "branch"], [44, 62, "say"], [100, 62, "set"]],
    lines: [[0, 1], [1, 2], [2, 3], [2, 4]],
  },
};

export function TemplatePicture({ template }: { template: string }) {
  const { boxes, lines } = PICTURES[template] ?? EMPTY;
  return (
    <svg viewBox="0 0 144 84" className="h-14 w-full rounded-md bg-sunken" aria-hidden="true">
      {boxes.length === 0 && <rect x="52" y="32" width="40" height="16" rx="4" className="fill-none stroke-edge" strokeDasharray="4 3" />}
      {lines.map(([from, to]) => {
        const [fx, fy] = boxes[from] ?? [0, 0];
        const [tx, ty] = boxes[to] ?? [0, 0];
        return <path key={`${from}-${to}`} d={`M${fx} ${fy + 12} C${fx} ${fy + 20} ${tx} ${ty - 8} ${tx} ${ty}`} className="fill-none stroke-edge" />;
      })}
      {boxes.map(([x, y, kind], index) => (
        <rect key={index} x={x - 20} y={y} width="40" height="12" rx="3" className={FILLS[kind]} />
      ))}
    </svg>
  );
}
