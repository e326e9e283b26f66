/** Shows the studio to who is signed in (or need not be), and asks everybody else to sign in. */

import { useLocation } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense } from "react";
import { SkeletonRows } from "../ui/Bits";
import { useSession } from "./useSession";

const SignInPage = lazy(() => import("./SignInPage"));
export const WELCOME = "/studio/welcome";

export function SignedIn({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const { session } = useSession();
  if (pathname !== WELCOME && session !== undefined && session.person === null) {
    return (
      <Suspense fallback={<SkeletonRows />}>
        <SignInPage />
      </Suspense>
    );
  }
  return <>{children}</>;
}
