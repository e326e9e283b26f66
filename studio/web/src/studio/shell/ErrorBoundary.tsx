/** What is shown where a part of the page threw: words and a way on, never an empty page. */

import { CloudOff, RefreshCw, TriangleAlert } from "lucide-react";
import { Component, type ReactNode, useEffect, useState } from "react";
import { shellStrings } from "../../strings/en/studio";
import { Empty, SkeletonRows } from "../ui/Bits";
import { Button } from "../ui/Button";
import { isMissingPart, isUpdated } from "./missingParts";

interface Props {
  children: ReactNode;
  /** A new value clears the error: the address of the page, for example. */
  resetKey: string;
}

export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (before.resetKey !== this.props.resetKey && this.state.error !== null) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === null ? this.props.children : <Trouble error={error} />;
  }
}

export function Trouble({ error }: { error: unknown }) {
  return isMissingPart(error) ? <Missing /> : <Broken error={error} />;
}

/** A part of the page that could not be fetched: the studio was updated, or the server is away. */
function Missing() {
  const words = shellStrings.trouble;
  const [isOther, setOther] = useState<boolean | null>(null);
  useEffect(() => {
    void isUpdated().then(setOther);
  }, []);
  if (isOther === null) return <SkeletonRows />;
  return (
    <Empty icon={isOther ? RefreshCw : CloudOff} title={isOther ? words.updated : words.away} hint={isOther ? words.updatedHint : words.awayHint}>
      <Button weight="accent" onClick={() => window.location.reload()} data-testid="load-again">
        {words.loadAgain}
      </Button>
    </Empty>
  );
}

function Broken({ error }: { error: unknown }) {
  const told = error instanceof Error ? error.message : String(error);
  return (
    <Empty icon={TriangleAlert} title={shellStrings.trouble.title} hint={shellStrings.trouble.hint}>
      <p className="w-full text-xs break-words text-soft">{told}</p>
      <Button weight="accent" onClick={() => window.location.reload()}>
        {shellStrings.trouble.reload}
      </Button>
    </Empty>
  );
}
