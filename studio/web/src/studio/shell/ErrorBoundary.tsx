/** What is shown where a part of the page threw: words and a way on, never an empty page. */

import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { shellStrings } from "../../strings/en/studio";
import { Empty } from "../ui/Bits";
import { Button } from "../ui/Button";

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
