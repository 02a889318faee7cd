import type { Messages } from "./events/messages.ts";
import type { Push } from "./events/push.ts";
import type { StreamGateway } from "./events/stream.ts";
import { openStream, STREAM_OPEN } from "./events/stream-open.ts";
import type { RouteTable } from "./gateway/gateway.ts";
import { type OpenCall, tokenCall } from "./gateway/open-calls.ts";
import { type Route, routes } from "./gateway/routes.ts";

interface EventParts {
  readonly messages: Messages;
  readonly push: Push;
  readonly stream: StreamGateway;
}

/** All calls: those of the organisation (simulator/gateway/routes.ts), and those of messages and events. */
export function routeTable({ messages, push, stream }: EventParts): RouteTable {
  const extra = new Map<string, Route>(
    (
      [
        ["/topapi/message/corpconversation/asyncsend_v2", "POST", messages.sendNotice],
        ["/topapi/message/corpconversation/getsendresult", "POST", messages.noticeResult],
        ["/call_back/get_call_back_failed_result", "GET", push.failedResult],
      ] as const
    ).map(([path, method, rule]) => [
      path,
      { path, method, rule, generation: "old", permission: "qyapi_base" },
    ]),
  );
  const openCalls = new Map<string, OpenCall>([
    [STREAM_OPEN, openStream(stream)],
    ["/robot/send", messages.sendToRobot],
  ]);
  return {
    route: (path) => routes.get(path) ?? extra.get(path),
    open: (path) => openCalls.get(path) ?? tokenCall(path),
  };
}
