/** Who works here, and what they may do. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { peopleApi, type Session } from "./peopleApi";

export const SESSION = ["session"] as const;
/** How often it is asked again who is there while nobody is: signing in in another tab will do. */
const ASK_MS = 3_000;

export function useSession(): { session: Session | undefined; may: (right: string) => boolean } {
  const { data } = useQuery({
    queryKey: SESSION,
    queryFn: peopleApi.session,
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.person === null ? ASK_MS : false),
  });
  // Until the answer is there nothing is hidden: the server decides anyway.
  return { session: data, may: (right) => data === undefined || data.rights.includes(right) };
}

/** Ends the session and forgets everything that was fetched in it. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await peopleApi.signOut();
    queries.clear();
    window.location.assign("/studio");
  };
}
