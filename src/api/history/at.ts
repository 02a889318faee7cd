import type { Request, RequestHandler, Response } from "express";
import type { Clock } from "../../core/clock.ts";
import { isUuid } from "../../core/id.ts";
import type { EventLog } from "../../history/event-log.ts";
import { readEntityAt } from "../../history/state/state-at.ts";
import { sendJson } from "../../http/answer.ts";
import { NotFoundPath } from "../../http/errors.ts";
import type { PersonalReads } from "../personal-reads.ts";
import { InvalidParameter, timeOf } from "../query-values.ts";
import { resourceOf, targetOf, valuesIn } from "./entity-view.ts";

export interface PastOptions {
  readonly log: EventLog;
  readonly reads: PersonalReads;
  readonly clock: Pick<Clock, "now">;
}

/** A time in the past, because the future is not known. */
export function pastOf(req: Request, name: string, clock: Pick<Clock, "now">): Date | undefined {
  const at = timeOf(req, name);
  if (at && at.getTime() > clock.now().getTime())
    throw new InvalidParameter(`${name} must not be in the future`);
  return at;
}

/** The person that an id means now. For one of several records: the person whom they make. */
export type Meant = (id: string) => Promise<string>;
const ITSELF: Meant = async (id) => id;

/**
 * `/{id}?at=TIME`: the state of a person or group at a time, in the directory and at the target. Without `at`
 * a person is passed to the next handler, and a group has its present state.
 */
export function entityAt(
  { log, reads, clock }: PastOptions,
  kind: "user" | "group",
  meant: Meant = ITSELF,
): RequestHandler<{ id: string }> {
  return async (req, res: Response, next) => {
    const at = pastOf(req as Request, "at", clock) ?? (kind === "group" ? clock.now() : undefined);
    if (!at) return next();
    const { id } = req.params;
    const own = isUuid(id) ? await readEntityAt(log, { kind, id }, at) : undefined;
    // A record that was not a person of its own at that time has no state. Its person has.
    const person = own?.entity.document || !isUuid(id) ? id : await meant(id);
    const found = person === id ? own : ((await readEntityAt(log, { kind, id: person }, at)) ?? own);
    if (!found) throw new NotFoundPath();
    const { entity, became } = found;
    const maySee = await reads.mayShow(res, `/api/${kind}s`, [valuesIn(entity)]);
    const target =
      kind === "user"
        ? targetOf(entity, maySee)
        : became.map((one) => ({ kind: one.kind, id: one.id, ...targetOf(one, maySee) }));
    sendJson(res, 200, { at, resource: resourceOf(entity, maySee), target, masked: !maySee });
  };
}
