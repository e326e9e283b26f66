/** Which page of a browser holds the stream for all, where they have no worker in common. Pure.
 *
 * One lock decides: whoever has it leads, the others wait for it in line. A page that is put to sleep steps out of the
 * line, and out of the lead; if it was put to sleep without a word, somebody who hears nothing any more takes the lock.
 */

export type Lead = "asking" | "leading" | "asleep";
export type LeadInput =
  | "granted"
  /** The lock was taken away. */
  | "robbed"
  | "sleeps"
  | "wakes"
  /** Whoever leads has not been heard of for too long. */
  | "deaf";
export type LeadEffect = "ask" | "rob" | "withdraw" | "begin" | "end" | "release";

type Step = readonly [Lead, readonly LeadEffect[]];

export function leadStep(lead: Lead, input: LeadInput): Step {
  switch (lead) {
    case "asking":
      if (input === "granted") return ["leading", ["begin"]];
      if (input === "sleeps") return ["asleep", ["withdraw"]];
      return input === "deaf" ? ["asking", ["withdraw", "rob"]] : [lead, []];
    case "leading":
      if (input === "robbed") return ["asking", ["end", "ask"]];
      return input === "sleeps" ? ["asleep", ["end", "release"]] : [lead, []];
    case "asleep":
      if (input === "wakes") return ["asking", ["ask"]];
      // It was granted while the page fell asleep.
      return input === "granted" ? [lead, ["release"]] : [lead, []];
  }
}
