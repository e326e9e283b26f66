/** What a command will do to a flow, worked out here so that the canvas does not wait for the server.
 *
 * The server's answer replaces it whole. A command that is not understood here changes nothing until that answer.
 */

import { END, type Command, type Edge, type EdgeAt, type Flow, type Json, type Step } from "../api/types";
import { isSameWay } from "../canvas/graph";

type Path = readonly (string | number)[];

/** Return `value` with what stands at `path` replaced; undefined removes it. */
export function withAt(value: Json | undefined, path: Path, put: Json | undefined): Json | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return put;
  if (typeof head === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    const inner = withAt(list[head], rest, put);
    if (inner === undefined) list.splice(head, 1);
    else list[head] = inner;
    return list;
  }
  const map: Record<string, Json> =
    value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
  const inner = withAt(map[head], rest, put);
  if (inner === undefined) delete map[head];
  else map[head] = inner;
  return map;
}

function edge(at: EdgeAt, to: string, condition: string | null): Edge {
  return { ...at, to, condition, is_implicit: false, to_id: null };
}

/** Return the flow as it will be after one command. */
export function applied(flow: Flow, command: Command): Flow {
  if (!("flow" in command) || command.flow !== flow.id) return flow;
  switch (command.op) {
    case "add_step":
      return withStep(flow, command.at, {
        key: command.step.id ?? `~new.${flow.steps.length}`,
        id: command.step.id ?? null,
        type: command.step.type,
        fields: command.step.fields,
        path: [],
        line: 0,
        end_line: 0,
        depth: 0,
      });
    case "delete_step":
      return withoutStep(flow, command.key);
    case "rename_step":
      return renamed(flow, command.key, command.id);
    case "set_field":
      return command.key === null
        ? withProperty(flow, command.path, command.value)
        : withField(flow, command.key, command.path, command.value);
    case "connect":
      return connected(flow, command, command.to, command.condition);
    case "delete_branch":
      return withoutBranch(flow, command.from, command.index);
    case "move_branch":
      return withBranchMoved(flow, command.from, command.index, command.to_index);
    case "set_positions": {
      const positions = { ...flow.positions };
      for (const [key, point] of Object.entries(command.positions)) {
        if (point === null) delete positions[key];
        else positions[key] = point;
      }
      return { ...flow, positions };
    }
    default:
      return flow;
  }
}

function withStep(flow: Flow, at: EdgeAt | null, step: Step): Flow {
  if (at === null) return { ...flow, steps: [...flow.steps, step] };
  const old = flow.edges.find((each) => isSameWay(each, at));
  const edges = flow.edges.map((each) => (each === old ? { ...each, to: step.key, is_implicit: false } : each));
  if (old === undefined) edges.push(edge(at, step.key, null));
  if (step.type !== "link") {
    edges.push(edge({ from: step.key, kind: "next", index: 0 }, old?.to ?? END, null));
  }
  const after = flow.steps.findIndex((each) => each.key === at.from);
  const steps = [...flow.steps];
  steps.splice(after + 1, 0, step);
  return { ...flow, steps, edges };
}

function withoutStep(flow: Flow, key: string): Flow {
  const onward = flow.edges.find((each) => each.from === key && each.to !== key)?.to ?? END;
  const edges = flow.edges
    .filter((each) => each.from !== key)
    .map((each) => (each.to === key ? { ...each, to: onward } : each));
  return { ...flow, steps: flow.steps.filter((each) => each.key !== key), edges };
}

function renamed(flow: Flow, key: string, id: string): Flow {
  const swap = (name: string): string => (name === key ? id : name);
  const positions = Object.fromEntries(Object.entries(flow.positions).map(([name, point]) => [swap(name), point]));
  return {
    ...flow,
    positions,
    steps: flow.steps.map((each) => (each.key === key ? { ...each, key: id, id } : each)),
    edges: flow.edges.map((each) => ({
      ...each,
      from: swap(each.from),
      to: each.to === null ? null : swap(each.to),
    })),
  };
}

function withField(flow: Flow, key: string, path: Path, value: Json | undefined): Flow {
  const steps = flow.steps.map((each) => {
    if (each.key !== key) return each;
    const fields = withAt({ ...each.fields }, path, value) as Record<string, Json>;
    return { ...each, fields };
  });
  const branch = branchOf(path);
  if (branch === null) return { ...flow, steps };
  const edges = flow.edges.map((each) =>
    each.from === key && each.index === branch && each.kind === "if"
      ? { ...each, condition: typeof value === "string" ? value : each.condition }
      : each,
  );
  return { ...flow, edges };
}

/** `["next", 1, "if"]` is the condition of branch 1. */
function branchOf(path: Path): number | null {
  const [head, index, last] = path;
  return head === "next" && typeof index === "number" && last === "if" ? index : null;
}

function withProperty(flow: Flow, path: Path, value: Json | undefined): Flow {
  const [head] = path;
  if (path.length === 1 && (head === "name" || head === "description")) {
    return { ...flow, [head]: typeof value === "string" ? value : "" };
  }
  return { ...flow, properties: withAt({ ...flow.properties }, path, value) as Record<string, Json> };
}

function connected(flow: Flow, at: EdgeAt, to: string | null, condition: string | undefined): Flow {
  const own = flow.edges.filter((each) => each.from === at.from);
  const others = flow.edges.filter((each) => each.from !== at.from);
  const old = own.find((each) => isSameWay(each, at));
  if (to === null) {
    const left = own.filter((each) => each !== old);
    return { ...flow, edges: [...others, ...numbered(left)] };
  }
  if (old !== undefined) {
    const turned = { ...old, to, to_id: null, is_implicit: false, condition: condition ?? old.condition };
    return { ...flow, edges: flow.edges.map((each) => (each === old ? turned : each)) };
  }
  if (at.kind === "next") return { ...flow, edges: [...others, edge(at, to, null)] };
  // A first branch turns the plain way on into the way that is left: `else`.
  const branches = own.map((each): Edge => (each.kind === "next" ? { ...each, kind: "else", is_implicit: false } : each));
  const ifs = branches.filter((each) => each.kind === "if");
  const elses = branches.filter((each) => each.kind === "else");
  const added = edge(at, to, at.kind === "if" ? (condition ?? "") : null);
  if (at.kind === "if") ifs.splice(Math.min(at.index, ifs.length), 0, added);
  const all = at.kind === "if" ? [...ifs, ...elses] : [...ifs, added];
  return { ...flow, edges: [...others, ...numbered(all)] };
}

function numbered(edges: readonly Edge[]): Edge[] {
  return edges.map((each, index) => ({ ...each, index }));
}

function withoutBranch(flow: Flow, from: string, index: number): Flow {
  const left = flow.edges.filter((each) => each.from === from && each.index !== index);
  const others = flow.edges.filter((each) => each.from !== from);
  return { ...flow, edges: [...others, ...numbered(left)] };
}

function withBranchMoved(flow: Flow, from: string, index: number, to: number): Flow {
  const own = flow.edges.filter((each) => each.from === from);
  const [moving] = own.splice(index, 1);
  if (moving === undefined) return flow;
  own.splice(to, 0, moving);
  return { ...flow, edges: [...flow.edges.filter((each) => each.from !== from), ...numbered(own)] };
}

/** Follow the server's new keys in commands that were made before it told of them. */
export function translated(
  commands: readonly Command[],
  moved: Readonly<Record<string, Readonly<Record<string, string>>>>,
): readonly Command[] {
  if (Object.keys(moved).length === 0) return commands;
  return commands.map((command) => {
    if (!("flow" in command)) return command;
    const keys = moved[command.flow];
    if (keys === undefined) return command;
    const swap = (key: string): string => keys[key] ?? key;
    switch (command.op) {
      case "add_step":
      case "paste_steps":
        return command.at === null ? command : { ...command, at: { ...command.at, from: swap(command.at.from) } };
      case "delete_step":
      case "rename_step":
        return { ...command, key: swap(command.key) };
      case "move_step":
        return { ...command, key: swap(command.key), after: swap(command.after) };
      case "set_field":
        return command.key === null ? command : { ...command, key: swap(command.key) };
      case "connect":
        return { ...command, from: swap(command.from), to: command.to === null ? null : swap(command.to) };
      case "delete_branch":
      case "move_branch":
        return { ...command, from: swap(command.from) };
      case "set_positions": {
        const named = Object.entries(command.positions).map(([key, point]) => [swap(key), point] as const);
        return { ...command, positions: Object.fromEntries(named) };
      }
      default:
        return command;
    }
  });
}

/** The flows that commands are about: what the server is told that we have seen. */
export function touched(commands: readonly Command[]): string[] {
  return [...new Set(commands.flatMap((command) => ("flow" in command ? [command.flow] : [])))];
}

/** The files that commands name. */
export function touchedFiles(commands: readonly Command[]): string[] {
  const named = commands.flatMap((command) => {
    if (command.op === "write_file" || command.op === "delete_file") return [command.path];
    return command.op === "patch" || command.op === "put" ? (command.file === undefined ? [] : [command.file]) : [];
  });
  return [...new Set(named)];
}

