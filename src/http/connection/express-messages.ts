import { IncomingMessage, type ServerOptions, ServerResponse } from "node:http";
import type { Express } from "express";

/**
 * Message classes for a server whose handler is this express app. Express changes the prototype of each
 * message and adds a dozen fields one by one. Then V8 cannot optimise accesses to messages. With this
 * prototype and these fields from the beginning, all messages have one shape (measured with 8 clients:
 * docs/benchmarks.md, "What was found").
 */
export function messagesOf(app: Express): Pick<ServerOptions, "IncomingMessage" | "ServerResponse"> {
  class AppRequest extends IncomingMessage {
    // Fields of express and its router, in the order in which they are set.
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

/** Express finds its methods and the app through the prototype. */
function adopt(prototype: object, express: object): void {
  Object.setPrototypeOf(prototype, express);
}
