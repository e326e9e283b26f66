/** What is wrong with a name, in words. */

import { contentStrings } from "../../strings/en/content";
import type { NameFault } from "./entries";

export function faultWords(fault: NameFault | null): string | null {
  if (fault === null) return null;
  const words = { missing: contentStrings.nameMissing, taken: contentStrings.nameTaken, wrong: contentStrings.nameWrong, response: contentStrings.nameResponse };
  return words[fault];
}
