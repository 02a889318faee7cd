import { DemoFailed } from "../failure.ts";
import { object, text } from "../server/directory.ts";
import { type Answer, type Http, NoAnswer } from "../server/http.ts";
import type * as entra from "../server/requests.ts";
import type { Acknowledged, CycleDeps } from "./cycle.ts";

/* Sends requests, and records the writes that the server has acknowledged. */

export const CONFLICT = 409;
const NOT_FOUND = 404;

/** The answer, also if it is a conflict. Undefined if there was no answer. */
export async function answered(http: Http, request: entra.ScimRequest): Promise<Answer | undefined> {
  try {
    const answer = await http.scim(request);
    if (answer.status >= 400 && answer.status !== CONFLICT) throw refused(request, answer);
    return answer;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** Sends a PATCH or DELETE. Both may be repeated, so a DELETE that finds nothing is done. */
export async function write({ http, acknowledged }: CycleDeps, request: entra.ScimRequest): Promise<void> {
  const answer = await http.scim(request);
  if (request.method === "DELETE" && answer.status === NOT_FOUND) return;
  if (answer.status >= 400) throw refused(request, answer);
  acknowledge(acknowledged, request, answer);
}

export async function requireAnswer(http: Http, request: entra.ScimRequest): Promise<Answer> {
  const answer = await http.scim(request);
  if (answer.status !== 200) throw refused(request, answer);
  return answer;
}

const refused = ({ method, path }: entra.ScimRequest, { status, body, requestId }: Answer): DemoFailed =>
  new DemoFailed(
    `the answer to ${method} ${path} is ${status}: ${text(object(body).detail)} (request ${requestId})`,
  );

export const acknowledge = (
  acknowledged: Acknowledged[],
  { method, path }: entra.ScimRequest,
  { requestId }: Answer,
): void => void acknowledged.push({ requestId, method, path });
