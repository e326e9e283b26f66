/** What the page asks the server over HTTP, apart from the call itself. */

export interface FlowInfo {
  id: string;
  name: string;
  description: string;
}

export interface AssistantInfo {
  id: string;
  name: string;
  language: string;
  flows: FlowInfo[];
  slots: { name: string; type: string }[];
}

export async function fetchAssistant(signal: AbortSignal): Promise<AssistantInfo> {
  const response = await fetch("/api/assistant", { signal });
  if (!response.ok) throw new Error(`GET /api/assistant answered ${response.status}`);
  return (await response.json()) as AssistantInfo;
}

export interface Readiness {
  readonly state: "ready" | "preparing" | "unreachable";
  /** The server's own words on what it waits for. */
  readonly message: string | null;
}

export async function fetchReadiness(signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch("/readyz", { signal });
    if (response.ok) return { state: "ready", message: null };
    const body = (await response.json().catch(() => null)) as { message?: string } | null;
    return { state: "preparing", message: body?.message ?? null };
  } catch {
    return { state: "unreachable", message: null };
  }
}
