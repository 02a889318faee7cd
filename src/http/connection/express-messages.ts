import { IncomingMessage, type ServerOptions, ServerResponse } from "node:http";
import type { Express } from "express";

/**
 * Classes of requests and responses for a server whose handler is this express app. Express gives every message another prototype and a dozen fields one
 * after the other, so that each looks like no other to the engine, and every access to one in node, express and here takes the slow way. Made with that
 * prototype and those fields, all have one shape (measured with 8 clients: see docs/benchmarks.md, "What was found").
 */
export function messagesOf(app: Express): Pick<ServerOptions, "IncomingMessage" | "ServerResponse"> {
  class AppRequest extends IncomingMessage {
    // Of express and its router, in the order in which they come.
    res = undefined;
    baseUrl = undefined;
    originalUrl = undefined;
    next = undefined;
    _parsedUrl = undefined;
    params = undefined;
    route = undefined;
  }
  class AppResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    locals = undefined;
  }
  adopt(AppRequest.prototype, app.request);
  adopt(AppResponse.prototype, app.response);
  app.request = AppRequest.prototype as unknown as typeof app.request;
  app.response = AppResponse.prototype as unknown as typeof app.response;
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

/** Express finds its methods and the app itself by the prototype. */
function adopt(prototype: object, express: object): void {
  Object.setPrototypeOf(prototype, express);
}
