/** What a trained set is made of, in words. Pure. */

import { versionStrings as words } from "../../strings/en/versions";
import type { Commit, TrainedSet } from "./versionsApi";

const SHORT = 10;

/** One line for each flow that is not as in the draft of that day. */
export function flowsOfSet(flows: TrainedSet["flows"], commits: readonly Commit[], nameOf: (flow: string) => string): readonly string[] {
  return Object.entries(flows).map(([flow, commit]) => {
    if (commit === null) return words.setWithout(nameOf(flow));
    const message = commits.find(({ id }) => id === commit)?.message.split("\n")[0];
    return words.setWith(nameOf(flow), message ?? commit.slice(0, SHORT));
  });
}
