/** Small marks on a row of a list. */

import { CircleAlert, EyeOff, Languages } from "lucide-react";
import { problemStrings } from "../../strings/en/canvas";
import { actionStrings, contentStrings, intentStrings, responseStrings, slotStrings } from "../../strings/en/content";
import { isUnreadable } from "../problems/UnreadableNote";
import { Badge, Problems } from "../ui/Bits";
import { type Entry, findingsAbout, isUnused, mapOf } from "./entries";
import { effectOf, FEW_EXAMPLES, isFound, type Listing, otherLanguages } from "./listing";
import { missingIn } from "./responses/variations";

export function Badges({ entry, listing }: { entry: Entry; listing: Listing }) {
  const { section, outline, findings } = listing;
  if (isUnreadable(entry)) {
    return (
      <Badge tone="danger" icon={CircleAlert}>
        {problemStrings.unreadableBadge}
      </Badge>
    );
  }
  const own = findingsAbout(findings, entry.name, entry.file);
  const errors = own.filter((finding) => finding.severity === "error").length;
  const missing = section === "responses" ? missingIn(entry.value, otherLanguages(outline)) : [];
  const effect = effectOf(entry);
  return (
    <>
      {missing.length > 0 && <Badge tone="warning" icon={Languages}>{responseStrings.missingIn(missing.join(", "))}</Badge>}
      {section === "slots" && mapOf(mapOf(entry.value).voice).sensitive === true && <Badge icon={EyeOff}>{slotStrings.badges.sensitive}</Badge>}
      {section === "intents" && (entry.examples ?? []).length < FEW_EXAMPLES && <Badge tone="warning">{intentStrings.few}</Badge>}
      {section === "actions" && <Badge tone={effect === "unset" ? "plain" : "accent"}>{actionStrings.badge[effect]}</Badge>}
      {section === "actions" && !isFound(outline, entry.name) && <Badge tone="warning">{actionStrings.missing}</Badge>}
      {isUnused(entry) && section !== "entities" && <Badge>{contentStrings.unused.toLowerCase()}</Badge>}
      <Problems errors={errors} warnings={own.length - errors} />
    </>
  );
}
