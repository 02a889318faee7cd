import { type Request, type Response, Router } from "express";
import type { EntityState } from "../../history/state/entity-state.ts";
import { isMember } from "../../history/state/state.ts";
import { readSnapshots } from "../../history/state/state-at.ts";
import { difference, type SideDifference } from "../../history/state/state-difference.ts";
import { sendJson } from "../../http/answer.ts";
import { methodNotAllowed } from "../../http/methods.ts";
import type { Mount } from "../../http/mount.ts";
import { shownChanges } from "../personal-reads.ts";
import { InvalidParameter, periodOf } from "../query-values.ts";
import { type PastOptions, pastOf } from "./at.ts";
import { resourceOf, targetOf, valuesIn } from "./entity-view.ts";

const ADDRESS = "/api/organisation";
const isAtTarget = ({ target }: EntityState): boolean => target !== undefined;

/**
 * `/api/organisation`: all people and departments at a time, and the differences between two times. Only from
 * the history.
 */
export function organisationEndpoint({ log, reads, clock }: PastOptions): Mount {
  const router = Router();
  router
    .route("/")
    .get(async (req: Request, res: Response) => {
      const at = pastOf(req, "at", clock) ?? clock.now();
      const [snapshot] = await readSnapshots(log, [at]);
      const there = [...snapshot!.values()].filter(
        ({ document, target }) => document !== undefined || target !== undefined,
      );
      const maySee = await reads.mayShow(res, ADDRESS, there.map(valuesIn));
      const of = (...kinds: readonly EntityState["kind"][]) =>
        there.filter(({ kind }) => kinds.includes(kind));
      sendJson(res, 200, {
        at,
        departments: of("department", "role").map((one) => ({
          id: one.id,
          kind: one.kind,
          target: targetOf(one, maySee),
        })),
        groups: of("group").map((one) => ({ id: one.id, resource: resourceOf(one, maySee) })),
        people: of("user").map((one) => ({
          id: one.id,
          resource: resourceOf(one, maySee),
          target: targetOf(one, maySee),
        })),
        masked: !maySee,
      });
    })
    .all(methodNotAllowed("GET"));

  router
    .route("/difference")
    .get(async (req: Request, res: Response) => {
      const period = periodOf(req);
      const { from } = period;
      const to = new Date(Math.min(period.to.getTime(), clock.now().getTime()));
      if (from.getTime() > to.getTime()) throw new InvalidParameter("from must not be in the future");
      const [before, after] = await readSnapshots(log, [from, to]);
      const people = difference(before!, after!, ["user"], isMember);
      const departments = difference(before!, after!, ["department", "role"], isAtTarget);
      const groups = difference(before!, after!, ["group"], isMember);
      const valued = people.changed.map(({ id, changes, target }) => ({
        of: { kind: "user", id } as const,
        changes: { ...target, ...changes },
      }));
      const maySee = await reads.mayShow(res, `${ADDRESS}/difference`, valued);
      sendJson(res, 200, {
        from,
        to,
        ...shown(people, maySee),
        departments: shown(departments, maySee),
        groups: shown(groups, maySee),
        masked: !maySee,
      });
    })
    .all(methodNotAllowed("GET"));
  return { path: ADDRESS, access: ["history:read"], handler: router };
}

const shown = ({ joined, left, changed }: SideDifference, maySee: boolean) => ({
  joined: joined.map((id) => ({ id })),
  left: left.map((id) => ({ id })),
  changed: changed.map(({ id, changes, target }) => ({
    id,
    changes: shownChanges(maySee, changes),
    target: shownChanges(maySee, target),
  })),
});
