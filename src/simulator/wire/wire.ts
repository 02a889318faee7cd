/** One HTTP request, with its whole body. */
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
  /** The connection is closed after this number of bytes of the body. */
  readonly cutAfter?: number;
}

/**
 * How a call ends, `afterMs` milliseconds later: with an answer, or with a closed connection and no answer.
 */
export type Handling =
  | { readonly kind: "answer"; readonly reply: Reply; readonly afterMs: number }
  | { readonly kind: "drop"; readonly afterMs: number };

/**
 * A call that has not arrived yet. With `isLost` its connection is closed immediately, and the call still
 * arrives later.
 */
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

/** A part of a path without its percent-encoding. Undefined if the encoding is invalid. */
export function decodedPart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export const header = (call: HttpCall, name: string): string | undefined => {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
