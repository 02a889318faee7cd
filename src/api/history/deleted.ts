import { type Request, type Response, Router } from "express";
import { findDeleted } from "../../history/deleted-people.ts";
import type { EventLog } from "../../history/event-log.ts";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { PersonalReads } from "../personal-reads.ts";
import { countOf, InvalidParameter, textOf } from "../query-values.ts";
import { maySeeValues } from "../requests.ts";

const ADDRESS = "/api/history/deleted";

/**
 * `/deleted?q=NAME`: deleted people by a former name. The existence of a name is a value too, so callers
 * without the right to values find nobody.
 */
export function deletedRoutes({
  log,
  reads,
}: {
  readonly log: EventLog;
  readonly reads: PersonalReads;
}): Router {
  const router = Router();
  router
    .route("/deleted")
    .get(async (req: Request, res: Response) => {
      const text = textOf(req, "q")?.trim();
      if (text === undefined || text === "") throw new InvalidParameter("q must be a part of a name");
      if (!maySeeValues(res)) return sendJson(res, 200, { people: [], complete: false, masked: true });
      const found = await findDeleted(log, text, countOf(req));
      const shown = found.people.map(({ id, displayName, userName }) => ({
        of: { kind: "user", id } as const,
        changes: { name: { before: displayName ?? userName ?? null } },
      }));
      await reads.mayShow(res, ADDRESS, shown);
      sendJson(res, 200, { ...found, masked: false });
    })
    .all(methodNotAllowed("GET"));
  return router;
}
