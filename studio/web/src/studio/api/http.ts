/** One request to the server, and what can go wrong with it, told in words. */

import { apiStrings } from "../../strings/en/studio";

/** The server answered, and said no. `body` has everything it said. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = "ApiProblem";
  }
}

/** No answer came: the network or the server is away. The request may be tried again. */
export class ServerUnreachable extends Error {
  constructor() {
    super(apiStrings.unreachable);
    this.name = "ServerUnreachable";
  }
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** It is sent even if the page ends now. */
  readonly keepalive?: boolean;
}

/** Statuses of a proxy or a starting server: the request did not get through. */
const AWAY = new Set([502, 503, 504]);

export async function send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const isRaw = options.body instanceof Blob || typeof options.body === "string";
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(options.body === undefined || isRaw ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    },
  };
  if (options.body !== undefined) init.body = isRaw ? (options.body as BodyInit) : JSON.stringify(options.body);
  if (options.keepalive !== undefined) init.keepalive = options.keepalive;
  if (options.signal !== undefined) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServerUnreachable();
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  if (AWAY.has(response.status) && body === null) throw new ServerUnreachable();
  throw problemOf(response.status, body);
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

function problemOf(status: number, body: Record<string, unknown> | null): ApiProblem {
  const told = body ?? {};
  const text = [told.message, told.detail, told.title].find((part) => typeof part === "string") as string | undefined;
  const code = typeof told.code === "string" ? told.code : `http-${status}`;
  return new ApiProblem(status, code, text ?? apiStrings.refused(status), told);
}

/** What to show a person for anything that was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
