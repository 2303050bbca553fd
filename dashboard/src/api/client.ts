/** Requests to the gateway, typed by its own document. */
import { Problem, problemOf } from "./problem";
import type { Paths } from "./types";

type Method = "get" | "put" | "post" | "delete";
type Having<M extends Method> = { [P in keyof Paths]: Paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof Paths];
type Operation<P extends keyof Paths, M extends Method> = Paths[P] extends Record<M, infer O> ? O : never;
type Json<C> = C extends { content: { "application/json": infer T } } ? T : undefined;
type Good = 200 | 201 | 202 | 204;
/** What the operation answers when it went well. */
export type Answer<P extends keyof Paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? { [S in keyof R]: S extends Good ? Json<R[S]> : never }[keyof R] : never;
type Body<P extends keyof Paths, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { "application/json": infer T } } }
    ? T
    : Operation<P, M> extends { requestBody?: { content: { "application/json": infer T } } }
      ? T | undefined
      : undefined;
type Query<P extends keyof Paths, M extends Method> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? Q : undefined;

export interface Asking<P extends keyof Paths, M extends Method> {
  path?: Record<string, string>;
  query?: Query<P, M> | undefined;
  body?: Body<P, M> | undefined;
  /** The name of what is done, so that a repeat does not do it twice. */
  key?: string;
  /** The version that was seen. */
  etag?: string | undefined;
  /** Seconds to wait for the broker. */
  wait?: number;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

export interface Answered<T> {
  status: number;
  data: T;
  etag: string | undefined;
}

/** What every request of this page needs to know, and whom to tell. */
export const door = {
  csrf: undefined as string | undefined,
  /** Called when the session counts no more. */
  signedOut: (): void => undefined,
  /** Called with the time of every answer. */
  heard: (): void => undefined,
};

function address(path: string, params: Record<string, string> | undefined, query: object | undefined): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = params?.[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

/** What a request brings along, whatever it asks. */
type Brought = Pick<Asking<never, never>, "key" | "etag" | "wait" | "signal" | "headers"> & { body?: unknown };

async function send(method: Method, url: string, asking: Brought): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...asking.headers };
  if (asking.body !== undefined) headers["content-type"] = "application/json";
  if (asking.key !== undefined) headers["idempotency-key"] = asking.key;
  if (asking.etag !== undefined) headers["if-match"] = asking.etag;
  if (asking.wait !== undefined) headers["prefer"] = `wait=${asking.wait}`;
  if (method !== "get" && door.csrf !== undefined) headers["x-csrf-token"] = door.csrf;
  try {
    return await fetch(url, {
      method: method.toUpperCase(),
      headers,
      credentials: "same-origin",
      cache: "no-store",
      body: asking.body === undefined ? null : JSON.stringify(asking.body),
      signal: asking.signal ?? null,
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    const problem = new Problem(0, undefined, "The gateway does not answer.");
    problem.mayHaveDone = method !== "get";
    throw problem;
  }
}

async function ask<P extends keyof Paths, M extends Method>(
  method: M,
  path: P,
  asking: Asking<P, M> = {},
): Promise<Answered<Answer<P, M>>> {
  const url = address(path, asking.path, asking.query as object | undefined);
  const answer = await send(method, url, asking);
  door.heard();
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (answer.status === 401 && asking.headers?.["authorization"] === undefined) door.signedOut();
    throw problem;
  }
  const etag = answer.headers.get("etag") ?? undefined;
  const data = (answer.status === 204 ? undefined : await answer.json()) as Answer<P, M>;
  return { status: answer.status, data, etag };
}

/** Looks. */
export async function get<P extends Having<"get">>(path: P, asking: Asking<P, "get"> = {}): Promise<Answer<P, "get">> {
  return (await ask("get", path, asking)).data;
}

/** Looks, and keeps the version. */
export const look = <P extends Having<"get">>(path: P, asking: Asking<P, "get"> = {}) => ask("get", path, asking);
export const post = <P extends Having<"post">>(path: P, asking: Asking<P, "post"> = {}) => ask("post", path, asking);
export const put = <P extends Having<"put">>(path: P, asking: Asking<P, "put"> = {}) => ask("put", path, asking);
export const remove = <P extends Having<"delete">>(path: P, asking: Asking<P, "delete"> = {}) => ask("delete", path, asking);

/** A name for one thing that is done once: `ui-` and the time and chance, 30 signs. */
export function newKey(now: number = Date.now()): string {
  const chance = crypto.getRandomValues(new Uint8Array(8));
  const hex = Array.from(chance, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `ui-${now.toString(36)}-${hex}`;
}
