/** Changing a condition by its parts: what the person made is shown at once, and its text follows from the server. */

import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ServerUnreachable, wordsOf } from "../api/http";
import type { ConditionTree, ParsedCondition } from "../api/types";
import { useProject } from "../document/DocumentProvider";
import { unsent } from "../document/unsent";
import { toast } from "../ui/toasts";
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
  if (kept !== own) setOwn(kept);

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
    setOwn((now) => made(now, tree, text));
    written(tree, isNewest)
      .then((next) => {
        if (!isNewest()) return;
        setOwn((now) => wrote(now, next));
        latest.current(next);
      })
      .catch((error: unknown) => {
        if (!isNewest()) return;
        setOwn(null);
        toast.error(wordsOf(error));
      })
      .finally(release);
  };
  return { parsed: data, tree: kept?.tree ?? data?.parsed ?? null, change };
}
