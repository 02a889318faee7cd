import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import type { Clock } from "../../core/clock.ts";
import { Unavailable } from "../../core/errors.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import type { EvidencePacks } from "../../evidence/pack/packs.ts";
import { comparableInstantOf } from "../../filter/instants.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { InvalidParameter } from "../query-values.ts";
import { fieldsOf, operatorOf } from "../requests.ts";

const PATH = "/api/evidence";
const DEFAULT_SAMPLE = 25;
const MAX_SAMPLE = 1_000;
const MAX_SEED = 2 ** 31 - 1;
const AGAIN_MS = 5_000;

interface EvidenceOptions {
  readonly packs: EvidencePacks;
  readonly clock: Pick<Clock, "now">;
}

/** `/api/evidence`: evidence packs about a period, made in the background. */
export function evidenceEndpoint({ packs, clock }: EvidenceOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => sendJson(res, 200, { packs: await packs.list() }))
    .post(readJsonBody(), async (req: Request, res: Response) => {
      const fields = fieldsOf(req.body) ?? {};
      const from = timeIn(fields, "from");
      // For a period that has not ended, the pack has the events until now and says so.
      const to = new Date(Math.min(timeIn(fields, "to").getTime(), clock.now().getTime()));
      if (from.getTime() >= to.getTime())
        throw new InvalidParameter("from must be before to, and in the past");
      const sample = wholeIn(fields, "sample", MAX_SAMPLE) ?? DEFAULT_SAMPLE;
      const seed = wholeIn(fields, "seed", MAX_SEED) ?? clock.now().getTime() % MAX_SEED;
      const id = await packs.order({ from, to, sample, seed, by: operatorOf(res) });
      res.setHeader("Location", `${PATH}/${id}`);
      sendJson(res, 202, { id });
    })
    .all(methodNotAllowed("GET", "POST"));
  router
    .route("/:id")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const { id } = req.params;
      const state = isCanonicalUuid(id) ? await packs.state(id) : { kind: "unknown" as const };
      switch (state.kind) {
        case "unknown":
          throw new NotFoundPath();
        case "failed":
          throw new Unavailable("the pack could not be made: ask for another one", {
            retryAfterMs: AGAIN_MS,
          });
        case "making":
          return sendJson(res, 202, { id });
        case "made":
          res.statusCode = 200;
          res.setHeader("Content-Type", "application/zip");
          res.setHeader("Content-Length", state.bytes);
          res.setHeader("Content-Disposition", `attachment; filename="evidence-${id}.zip"`);
          await pipeline(Readable.from(packs.read(id, state.pieces)), res);
      }
    })
    .all(methodNotAllowed("GET"));
  return { path: PATH, access: ["history:read"], handler: router };
}

function timeIn(fields: Readonly<Record<string, unknown>>, name: string): Date {
  const value = fields[name];
  const ms = typeof value === "string" ? comparableInstantOf(value) : undefined;
  if (ms === undefined) throw new InvalidParameter(`${name} must be a time such as 2026-07-01T00:00:00Z`);
  return new Date(ms);
}

function wholeIn(fields: Readonly<Record<string, unknown>>, name: string, most: number): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > most)
    throw new InvalidParameter(`${name} must be a whole number from 0 to ${most}`);
  return value;
}
