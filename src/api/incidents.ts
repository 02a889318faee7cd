import { type Request, type Response, Router } from "express";
import { INCIDENT_STATES, type Incident, type IncidentOperations } from "../alerts/operations.ts";
import { wordsIn } from "../alerts/words/languages.ts";
import type { Clock } from "../core/clock.ts";
import { isCanonicalUuid } from "../core/id.ts";
import { sendJson } from "../http/answer.ts";
import { NotFoundPath } from "../http/errors.ts";
import { methodNotAllowed } from "../http/methods.ts";
import type { Mount } from "../http/mount.ts";
import { requireRight } from "../http/request-context.ts";
import { operatorEvent } from "../reconcile/operator-event.ts";
import { LANGUAGES, type Language, languageOf } from "../words/languages.ts";
import { afterOf, choiceOf, countOf, InvalidParameter, textOf } from "./query-values.ts";
import { operatorOf } from "./requests.ts";

export interface IncidentsEndpointOptions {
  readonly incidents: IncidentOperations;
  /** The default language. */
  readonly language: Language;
  readonly clock: Clock;
  readonly target: string;
}

/** `/api/incidents`: problems that need an operator, their notifications and acknowledgements. */
export function incidentsEndpoint({ incidents, language, clock, target }: IncidentsEndpointOptions): Mount {
  const router = Router();

  const show = (req: Request, res: Response, incident: Incident | undefined): void => {
    if (!incident) throw new NotFoundPath();
    sendJson(res, 200, rendered(incident, languageFor(req, language)));
  };

  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const state = choiceOf(req, "state", INCIDENT_STATES);
      const after = afterOf(req, isCanonicalUuid);
      const asked = languageFor(req, language);
      const page = await incidents.list({
        count: countOf(req),
        ...(state ? { state } : {}),
        ...(after ? { after } : {}),
      });
      sendJson(res, 200, {
        incidents: page.incidents.map((each) => rendered(each, asked)),
        ...(page.next ? { next: page.next } : {}),
      });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/:id")
    .get(async (req: Request<{ id: string }>, res: Response) =>
      show(req, res, await incidents.get(req.params.id)),
    )
    .all(methodNotAllowed("GET"));

  router
    .route("/:id/acknowledge")
    .post(requireRight("operate"), async (req: Request<{ id: string }>, res: Response) => {
      const event = operatorEvent(
        "operator.acknowledge",
        operatorOf(res),
        { clock, target },
        { incident: req.params.id },
      );
      show(req, res, await incidents.acknowledge(req.params.id, event));
    })
    .all(methodNotAllowed("POST"));

  router
    .route("/:id/deliveries/:delivery/replay")
    .post(requireRight("operate"), async (req: Request<{ id: string; delivery: string }>, res: Response) => {
      const { id, delivery } = req.params;
      const event = operatorEvent(
        "operator.replay",
        operatorOf(res),
        { clock, target },
        { incident: id, delivery },
      );
      show(req, res, await incidents.replay(id, delivery, event));
    })
    .all(methodNotAllowed("POST"));

  return { path: "/api/incidents", access: ["admin", "history:read"], handler: router };
}

/** `lang`, otherwise the browser's preferred language among ours, otherwise the language of messages. */
function languageFor(req: Request, own: Language): Language {
  const named = textOf(req, "lang");
  if (named !== undefined) {
    const language = languageOf(named);
    if (!language) throw new InvalidParameter(`lang must be one of ${LANGUAGES.join(", ")}`);
    return language;
  }
  for (const tag of req.acceptsLanguages()) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return own;
}

const rendered = (
  { kind, acknowledgedAt, acknowledgedBy, closedAt, ...incident }: Incident,
  language: Language,
) => {
  const words = wordsIn(language);
  return {
    ...incident,
    cause: kind,
    title: words.headline({ ...incident, kind }),
    remedy: words.remedy({ kind, code: incident.code }),
    closedAt: closedAt ?? null,
    acknowledged: acknowledgedAt ? { at: acknowledgedAt, by: acknowledgedBy } : null,
  };
};
