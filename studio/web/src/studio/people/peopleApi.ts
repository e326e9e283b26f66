/** What the pages about people ask of the server. */

import { request } from "../api/http";
import type { Json } from "../api/types";

export const ROLES = ["viewer", "designer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

export interface Session {
  readonly person: { readonly id: string; readonly name: string; readonly role: Role } | null;
  readonly rights: readonly string[];
  /** False where everybody on this machine is the admin. */
  readonly has_accounts?: boolean;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly is_active: boolean;
  readonly has_password: boolean;
  readonly created_at: number;
  readonly seen_at: number | null;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly used_at: number | null;
  /** Null where there was no account when it was made. */
  readonly made_by: string | null;
}

export interface AuditRow {
  readonly number: number;
  readonly at: number;
  readonly person_name: string;
  readonly action: string;
  readonly project: string | null;
  readonly detail: { readonly [key: string]: Json };
}

const at = encodeURIComponent;

export const peopleApi = {
  session: (): Promise<Session> => request("GET", "/api/me"),
  signIn: (name: string, password: string): Promise<Session> => request("POST", "/api/session", { body: { name, password } }),
  redeem: (link: string, password: string, name: string): Promise<Session> =>
    request("POST", "/api/session/link", { body: name.trim() === "" ? { link, password } : { link, password, name: name.trim() } }),
  signOut: (): Promise<void> => request("DELETE", "/api/session"),
  people: (): Promise<readonly Account[]> => request("GET", "/api/people"),
  invite: (name: string, role: Role): Promise<Account & { link: string }> => request("POST", "/api/people", { body: { name, role } }),
  change: (id: string, change: { name?: string; role?: Role; is_active?: boolean }): Promise<Account> => request("PATCH", `/api/people/${at(id)}`, { body: change }),
  remove: (id: string): Promise<void> => request("DELETE", `/api/people/${at(id)}`),
  newLink: (id: string): Promise<{ link: string }> => request("POST", `/api/people/${at(id)}/link`),
  tokens: (): Promise<readonly Token[]> => request("GET", "/api/tokens"),
  newToken: (name: string, role: Role, days: number | null): Promise<Token & { token: string }> => request("POST", "/api/tokens", { body: { name, role, days } }),
  endToken: (id: string): Promise<void> => request("DELETE", `/api/tokens/${at(id)}`),
  audit: (before: number | null, project: string | null): Promise<readonly AuditRow[]> => {
    const asked = new URLSearchParams();
    if (before !== null) asked.set("before", String(before));
    if (project !== null) asked.set("project", project);
    return request("GET", `/api/audit?${asked.toString()}`);
  },
};
