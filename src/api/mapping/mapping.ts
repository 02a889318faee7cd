import { type Request, type Response, Router } from "express";
import type { JsonValue } from "../../core/entity.ts";
import { isCanonicalUuid } from "../../core/id.ts";
import { sendJson } from "../../http/answer.ts";
import { readJsonBody } from "../../http/body.ts";
import { NotFoundPath } from "../../http/errors.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { requireRight, traceOf } from "../../http/request-context.ts";
import type { PersonPreview } from "../../reconcile/compare/preview.ts";
import type { Trial } from "../../reconcile/trial/mapping-trial.ts";
import { Conflict } from "../conflict.ts";
import { hiddenNumber, isNumber, isPhone, makesNumber } from "../hidden-numbers.ts";
import type { PersonalReads } from "../personal-reads.ts";
import { InvalidParameter, textOf } from "../query-values.ts";
import { type ReplayMapping, replayHandler } from "./replay.ts";

/** The present mapping file, valid or not. */
export interface MappingView {
  /** As in MAPPING_FILE; null: the built-in mapping. */
  readonly file: string | null;
  readonly text: string;
  /** Null: the file is invalid. */
  readonly version: string | null;
  /** The version of the last write to DingTalk; null: the loop has not started yet. */
  readonly inForce: string | null;
  /** Problems in the order of the file. */
  readonly problems: readonly object[];
  readonly settings: object | null;
  readonly rules: readonly object[];
  readonly groups: readonly object[];
}

export interface MappingInspection {
  view(): Promise<MappingView>;
  /** The results for the first people by name. Undefined: the file is invalid. */
  trial(people: number): Promise<Trial | undefined>;
  /** Undefined: the file is invalid. */
  explain(id: string): Promise<{ readonly preview: PersonPreview | undefined } | undefined>;
  readonly replay: ReplayMapping;
}

const DEFAULT_PEOPLE = 200;
const MAX_PEOPLE = 1_000;

/**
 * `/api/mapping`: the file, its notes about people, one person's results, and another file applied to some
 * people. Changes nothing.
 */
export function mappingEndpoint({
  inspection,
  reads,
}: {
  readonly inspection: MappingInspection;
  readonly reads: PersonalReads;
}): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (_req, res) => sendJson(res, 200, await inspection.view()))
    .all(methodNotAllowed("GET"));
  router
    .route("/trial")
    .get(async (req: Request, res: Response) =>
      sendJson(res, 200, usable(await inspection.trial(peopleOf(req)))),
    )
    .all(methodNotAllowed("GET"));
  router
    .route("/people/:id")
    .get(async (req: Request<{ id: string }>, res: Response) => {
      const { id } = req.params;
      const { preview } = usable(isCanonicalUuid(id) ? await inspection.explain(id) : { preview: undefined });
      if (!preview || preview.explanations.length === 0) throw new NotFoundPath();
      const found = preview.explanations;
      const read = Object.fromEntries(
        found.map(({ attribute, sources, result }) => [attribute, { after: [sources, result ?? null] }]),
      );
      const maySee = await reads.mayShow(res, "/api/mapping/people", [
        { of: { kind: "user", id }, changes: read },
      ]);
      // On the page, numbers are shown only in the view of the person.
      const shown = !maySee ? withoutValues : traceOf(res).session === undefined ? asItIs : withoutNumbers;
      sendJson(res, 200, {
        masked: !maySee,
        explanations: found.map((each) => shown(renderExplanation(each))),
      });
    })
    .all(methodNotAllowed("GET"));
  router
    .route("/replay")
    .post(requireRight("operate"), readJsonBody(), replayHandler(inspection.replay, reads))
    .all(methodNotAllowed("POST"));
  return { path: "/api/mapping", access: ["admin", "history:read"], handler: router };
}

interface Explained extends Omit<Explanation, "result"> {
  readonly result: JsonValue;
  /** False: the attribute is not managed. */
  readonly set: boolean;
}

type Explanation = PersonPreview["explanations"][number];

const renderExplanation = ({ result, ...rest }: Explanation): Explained => ({
  ...rest,
  result: result ?? null,
  set: result !== undefined,
});

const asItIs = (explained: Explained): Explained => explained;

const withoutValues = (explained: Explained): Explained => ({
  ...explained,
  sources: explained.sources.map(({ path }) => ({ path, value: null })),
  result: null,
});

function withoutNumbers(explained: Explained): Explained {
  const { attribute, sources, result } = explained;
  if (!makesNumber(explained)) return explained;
  return {
    ...explained,
    sources: sources.map(({ path, value }) => ({
      path,
      value: isNumber(attribute) || isPhone(path) ? hiddenNumber(value) : value,
    })),
    result: hiddenNumber(result),
  };
}

function usable<T>(made: T | undefined): T {
  if (made === undefined) throw new Conflict("the mapping file has a mistake: correct it first");
  return made;
}

function peopleOf(req: Request): number {
  const value = textOf(req, "people");
  if (value === undefined) return DEFAULT_PEOPLE;
  if (!/^[1-9]\d{0,3}$/.test(value) || Number(value) > MAX_PEOPLE)
    throw new InvalidParameter(`people must be a whole number from 1 to ${MAX_PEOPLE}`);
  return Number(value);
}
