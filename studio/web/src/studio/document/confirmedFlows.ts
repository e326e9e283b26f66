/** The flows as the server confirmed them. What was asked for earlier never goes over what came later. */

import type { Flow } from "../api/types";

export interface ConfirmedFlows {
  readonly flows: Readonly<Record<string, Flow>>;
  /** Take a flow from an answer of the server; undefined: it is gone. */
  put(id: string, flow: Flow | undefined): void;
  /** Ask for a flow; once more where another answer came meanwhile, for nobody knows then which of the two is newer. */
  fetch(id: string): Promise<void>;
}

export function confirmedFlows(ask: (id: string) => Promise<Flow>): ConfirmedFlows {
  const flows: Record<string, Flow> = {};
  const puts = new Map<string, number>();
  const putsOf = (id: string): number => puts.get(id) ?? 0;
  const put = (id: string, flow: Flow | undefined): void => {
    puts.set(id, putsOf(id) + 1);
    if (flow === undefined) delete flows[id];
    else flows[id] = flow;
  };
  return {
    flows,
    put,
    async fetch(id) {
      for (;;) {
        const before = putsOf(id);
        const flow = await ask(id);
        if (before !== putsOf(id)) continue;
        put(id, flow);
        return;
      }
    },
  };
}
