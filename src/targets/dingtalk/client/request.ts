import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Deadline } from "../../../core/deadline.ts";
import type { JsonObject, JsonValue } from "../../../core/entity.ts";
import type { DingTalkConfig } from "../config.ts";
import type { Api } from "./apis.ts";

/* The address of a call, and the moment at which its request is written. */

/** The deadline ended before the request was written. */
export class PlaceLost extends Error {}

export function urlOf(
  config: DingTalkConfig,
  api: Api,
  parameters: JsonObject,
  token: string | undefined,
): string {
  const url = new URL(
    (api.generation === "old" ? config.oapiUrl : config.apiUrl).replace(/\/+$/, "") + api.path,
  );
  if (token !== undefined && api.generation === "old") url.searchParams.set("access_token", token);
  if (api.method === "GET")
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, plain(value));
  return url.href;
}

const plain = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

export interface Request {
  sent: boolean;
  tooLate?: boolean;
  readonly deadline: Deadline | undefined;
}

/**
 * Records whether the connection was established: before that, nothing can have reached DingTalk. A new
 * connection is one more wait. The request is written directly after this listener, so the deadline is
 * checked once more here.
 */
export function watched(wire: Request) {
  return {
    request(
      options: https.RequestOptions,
      onResponse: (response: http.IncomingMessage) => void,
    ): http.ClientRequest {
      const secure = options.protocol === "https:";
      const request = (secure ? https : http).request(options, onResponse);
      const write = (): void => {
        wire.tooLate = wire.deadline !== undefined && wire.deadline.leftMs() < 1;
        if (wire.tooLate) request.destroy(new PlaceLost());
        else wire.sent = true;
      };
      request.once("socket", (socket: Socket) => {
        if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", write);
        else write();
      });
      return request;
    },
  };
}
