/** One training as it goes on: its state and its whole log. */

import { useEffect, useState } from "react";
import { follow, type Job } from "./trainApi";

export interface Followed {
  readonly job: Job | null;
  readonly lines: readonly string[];
  readonly isLost: boolean;
}

const NOTHING: Followed = { job: null, lines: [], isLost: false };

/** Put a message onto what is known. A stream that was opened again begins with the first line. */
export function grown(before: Followed, told: Job): Followed {
  const since = told.n_lines - told.lines.length;
  return { job: told, lines: [...before.lines.slice(0, since), ...told.lines], isLost: false };
}

export function useJob(project: string, id: string | null, onEnd: () => void): Followed {
  const [followed, setFollowed] = useState(NOTHING);
  useEffect(() => {
    setFollowed(NOTHING);
    if (id === null) return;
    return follow(
      project,
      id,
      (told) => {
        setFollowed((before) => grown(before, told));
        if (told.state !== "running") onEnd();
      },
      () => setFollowed((before) => ({ ...before, isLost: before.job?.state === "running" })),
    );
    // `onEnd` only refreshes lists.
  }, [project, id]);
  return followed;
}
