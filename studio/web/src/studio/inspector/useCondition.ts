/** Changing a condition by its parts: what the person made is shown at once, and its text follows from the server. */

import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { inspectorStrings } from "../../strings/en/inspector";
import { ServerUnreachable, wordsOf } from "../api/http";
import type { ConditionTree, ParsedCondition } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { unsent } from "../document/unsent";
import { toast } from "../ui/toasts";
import { conditionBegun } from "./conditionsUnderWay";
import { type Made, made, settled, wrote } from "./madeCondition";

const RETRY_MS = 2_000;

export interface ConditionEdits {
  /** What the server says of the text; undefined while it is being asked. */
  readonly parsed: ParsedCondition | undefined;
  readonly tree: ConditionTree | null;
  change(tree: ConditionTree): void;
}

export function useCondition(text: string, onChange: (text: string) => void): ConditionEdits {
  const { api, project } = useProject();
  const [own, setOwn] = useState<Made | null>(null);
  /** The same, also between two renderings. */
  const current = useRef<Made | null>(null);
  const put = (next: Made | null): void => {
    current.current = next;
    setOwn(next);
  };
  const number = useRef(0);
  const latest = useRef(onChange);
  latest.current = onChange;
  const { data, isPlaceholderData } = useQuery({
    queryKey: ["condition", project, text],
    queryFn: () => api.parseCondition(text),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  const kept = settled(own, text, data !== undefined && !isPlaceholderData);
  if (kept !== own) {
    setOwn(kept);
    // Not where a newer change has begun, which this rendering does not have yet.
    if (current.current === own) current.current = kept;
  }

  /** Without the network a change waits here, as gestures do, unless a newer one takes its place. */
  const written = async (tree: ConditionTree, isNewest: () => boolean): Promise<string> => {
    for (let attempts = 0; ; attempts += 1) {
      try {
        return await api.writeCondition(tree);
      } catch (error) {
        if (!(error instanceof ServerUnreachable) || !isNewest()) throw error;
        if (attempts === 0) toast.error(wordsOf(error));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };

  const change = (tree: ConditionTree): void => {
    const mine = (number.current += 1);
    const isNewest = (): boolean => mine === number.current;
    const release = unsent();
    const end = conditionBegun();
    put(made(current.current, tree, text));
    written(tree, isNewest)
      .then((next) => {
        if (!isNewest()) return;
        const done = wrote(current.current, next);
        // Somebody else's words stand here by now, or another row has come to this place: it is not to be written there.
        if (done === null) return toast.error(inspectorStrings.condition.overtaken);
        put(done);
        latest.current(next);
      })
      .catch((error: unknown) => {
        if (!isNewest()) return;
        put(null);
        toast.error(wordsOf(error));
      })
      .finally(() => {
        end();
        release();
      });
  };
  return { parsed: data, tree: kept?.tree ?? data?.parsed ?? null, change };
}
