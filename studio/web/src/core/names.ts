/** Human names of flows and assistants. */

import { humanise } from "./format";
import { isPattern } from "./stack";

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The flow's own name, or its id in words when the assistant's card does not have it. */
export function flowName(flowId: string, flows: readonly Named[]): string {
  const known = flows.find((flow) => flow.id === flowId);
  const name = known === undefined || known.name === "" ? flowId : known.name;
  return isPattern(name) || name === flowId ? humanise(name) : name.charAt(0).toUpperCase() + name.slice(1);
}

/** The assistant's name; one that is only its id is put in words. */
export function assistantName({ id, name }: Named): string {
  return name === id ? humanise(name) : name;
}
