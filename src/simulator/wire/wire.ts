/** One HTTP request as the gateway sees it. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The caller's address, without the IPv4-in-IPv6 prefix. */
  readonly address: string;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The connection ends after so many bytes of the body. */
  readonly cutAfter?: number;
}

/** What happens to the connection: an answer, possibly late, or no answer at all. */
export type Handling =
  | { readonly kind: "answer"; readonly reply: Reply; readonly afterMs: number }
  | { readonly kind: "drop"; readonly afterMs: number };

/** A call that has not arrived yet. A lost connection is closed at once, and the call arrives all the same. */
export interface Late {
  readonly kind: "late";
  readonly path: string;
  readonly heldMs: number;
  readonly isLost: boolean;
  arrive(): Handling;
}

export const json = (status: number, body: unknown): Reply => ({
  status,
  contentType: "application/json;charset=utf-8",
  body: JSON.stringify(body),
});

export const header = (call: HttpCall, name: string): string | undefined => {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
