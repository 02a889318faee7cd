import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { exportHistory } from "../../evidence/export.ts";
import type { FormatName } from "../../evidence/formats/format.ts";
import { FORMAT_NAMES, formatOf } from "../../evidence/formats/formats.ts";
import { flatTable } from "../../filter/attribute-table.ts";
import { parseQuery } from "../../filter/parse.ts";
import type { LoggedEvent } from "../../history/event.ts";
import type { EventAppender } from "../../history/event-appender.ts";
import { EVENT_ATTRIBUTES, type EventLog } from "../../history/event-log.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import { type PersonalReads, shownChanges } from "../personal-reads.ts";
import { choiceOf, textOf } from "../query-values.ts";
import { operatorOf } from "../requests.ts";

export interface ExportOptions {
  readonly log: EventLog;
  readonly events: EventAppender;
  readonly reads: PersonalReads;
  readonly clock: Pick<Clock, "now">;
  /** Version of this program. */
  readonly version: string;
}

const TABLE = flatTable(EVENT_ATTRIBUTES);
const DEFAULT_FORMAT: FormatName = "jsonl";

/** `/export`: the history as a file, streamed. */
export function exportRoutes({ log, events, reads, clock, version }: ExportOptions): Router {
  const router = Router();
  router
    .route("/export")
    .get(async (req: Request, res: Response) => {
      const name = choiceOf(req, "format", FORMAT_NAMES) ?? DEFAULT_FORMAT;
      const text = textOf(req, "filter");
      const format = formatOf(name, version);
      const shown = async (page: readonly LoggedEvent[]) => {
        const valued = page.map(({ subject, changes }) => ({ of: subject, changes }));
        const maySee = await reads.mayShow(res, "/api/history/export", valued);
        return page.map((event) => (maySee ? event : withoutValues(event)));
      };
      const order = {
        format,
        name,
        by: operatorOf(res),
        ...(text === undefined ? {} : { filter: { text, node: parseQuery(text, TABLE) } }),
      };
      const source = exportHistory({ log, events, clock, shown }, order);
      res.status(200);
      res.setHeader("Content-Type", format.contentType);
      res.setHeader("Content-Disposition", `attachment; filename="history.${format.extension}"`);
      await pipeline(Readable.from(source), res);
    })
    .all(methodNotAllowed("GET"));
  return router;
}

function withoutValues({ changes, personal: _personal, ...event }: LoggedEvent): LoggedEvent {
  return { ...event, ...(changes ? { changes: shownChanges(false, changes) } : {}) };
}
