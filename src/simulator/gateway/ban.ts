import type { Switches } from "../organisation/switches.ts";
import { json, type Reply } from "../wire/wire.ts";

/**
 * The answer to every call from a banned address: an HTML page or a JSON object with `punish`. It has the
 * form of neither API (docs/dingtalk.md 9.3).
 */
export function banReply(switches: Switches, requestId: string): Reply {
  if (switches.banForm === "json")
    return json(switches.banStatus, { status: 1111, wait: 5, source: "x5", punish: "deny", uuid: requestId });
  return { status: switches.banStatus, contentType: "text/html;charset=utf-8", body: PAGE };
}

const PAGE =
  '<!doctype html><html><head><meta charset="utf-8"><title>访问被拒绝</title></head>' +
  "<body><h1>Sorry, your request has been blocked</h1><p>您的访问过于频繁，请稍后再试</p></body></html>\n";
