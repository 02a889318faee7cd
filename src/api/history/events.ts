import { type Request, type Response, Router } from "express";
import { isUuid } from "../../core/id.ts";
import { flatTable } from "../../filter/attribute-table.ts";
import { parseQuery } from "../../filter/parse.ts";
import type { LoggedEvent } from "../../history/event.ts";
import { type BucketSize, EVENT_ATTRIBUTES } from "../../history/event-log.ts";
import type { LogReader } from "../../history/log/ports.ts";
import { proofOf } from "../../history/log/proof.ts";
import { sendJson, sendText } from "../../http/answer.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { shownChanges } from "../personal-reads.ts";
import { choiceOf, countOf, InvalidParameter, periodOf, textOf } from "../query-values.ts";
import { deletedRoutes } from "./deleted.ts";
import { type ExportOptions, exportRoutes } from "./export.ts";

const BUCKETS: readonly BucketSize[] = ["hour", "day"];
const TABLE = flatTable(EVENT_ATTRIBUTES);

const ADDRESS = "/api/history";

/** Names of actors that have one. */
export type ActorNames = (actors: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/**
 * `/api/history`: events, newest first, and one event with its causes and effects. Read-only. Values need the
 * scope `history:personal`.
 */
export function historyEndpoint(
  options: ExportOptions & { readonly entries: LogReader; readonly actorNames: ActorNames },
): Mount {
  const { log, reads, entries, actorNames } = options;
  const router = Router();
  router.use(exportRoutes(options));
  router.use(deletedRoutes(options));
  const rendered = async (res: Response, events: readonly LoggedEvent[]) => {
    const maySee = await reads.mayShow(
      res,
      ADDRESS,
      events.map(({ subject, changes, personal }) => ({
        of: subject,
        changes: personal ? { ...changes, detail: { after: personal } } : changes,
      })),
    );
    const names = await actorNames([...new Set(events.map(({ actor }) => actor))]);
    return events.map((event) => ({ ...renderEvent(event, maySee), ...nameOf(event.actor, names, maySee) }));
  };

  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const text = textOf(req, "filter");
      const after = textOf(req, "after");
      const since = textOf(req, "since");
      if (after !== undefined && since !== undefined)
        throw new InvalidParameter("after and since exclude each other");
      const query = {
        count: countOf(req),
        ...(text === undefined ? {} : { filter: parseQuery(text, TABLE) }),
      };
      if (since !== undefined) {
        const { events, ...rest } = await log.arrivals({ ...query, since });
        return sendJson(res, 200, { events: await rendered(res, events), ...rest });
      }
      const { events, ...rest } = await log.list({ ...query, ...(after === undefined ? {} : { after }) });
      sendJson(res, 200, { events: await rendered(res, events), ...rest });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/histogram")
    .get(async (req: Request, res: Response) => {
      const period = periodOf(req);
      const buckets = await log.histogram(period, choiceOf(req, "by", BUCKETS) ?? "day");
      sendJson(res, 200, { buckets });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const story = await log.story(req.params.id);
      if (!story) throw new NotFoundPath();
      const { event, causes, effects, truncated } = story;
      const [shown, ...others] = await rendered(res, [event, ...causes, ...effects]);
      sendJson(res, 200, {
        ...shown,
        causedBy: others.slice(0, causes.length),
        effects: others.slice(causes.length),
        truncated,
      });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id/proof")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const proof = isUuid(req.params.id) ? await proofOf(entries, req.params.id) : undefined;
      if (proof === undefined) throw new NotFoundPath();
      sendText(res, 200, "text/plain", proof);
    })
    .all(methodNotAllowed("GET"));

  return { path: ADDRESS, access: ["history:read"], handler: router };
}

/** Names of people are personal values. Names of tokens and trusts are not. */
function nameOf(
  actor: string,
  names: ReadonlyMap<string, string>,
  maySee: boolean,
): { readonly actorName?: string } {
  const name = names.get(actor);
  return name === undefined || (actor.startsWith("user:") && !maySee) ? {} : { actorName: name };
}

/** The event with the names that the filter uses. */
function renderEvent({ sourceId, changes, detail, personal, ...event }: LoggedEvent, maySee: boolean) {
  const shown = personal && maySee ? { ...detail, ...personal } : detail;
  return {
    ...event,
    ...(changes ? { changes: shownChanges(maySee, changes) } : {}),
    ...(shown ? { detail: shown } : {}),
    ...(sourceId ? { source: sourceId } : {}),
  };
}
