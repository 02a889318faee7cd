import type { Clock } from "../../../core/clock.ts";
import { type TargetError, TargetNotFound, TargetProtected } from "../../../reconcile/target-failures.ts";
import { resultOf } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { idsOf } from "../client/wire-values.ts";
import { ROOT } from "./department-wire.ts";

/** The managed root, and the departments below it. Nothing outside is created, changed or removed. */
export interface ManagedArea {
  readonly root: string;
  /** The root is the organisation itself. Nothing is outside, and no call is needed. */
  readonly whole: boolean;
  /** Those of the departments that are the root or below it, according to recent answers. */
  within(session: Session, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Rejects with TargetProtected unless the department is the root or below it now. */
  requireInside(session: Session, id: string): Promise<void>;
  /** Records departments that a list has shown inside. */
  learn(ids: Iterable<string>): void;
}

/** Departments rarely move. Before a change the place is read again. */
const FRESH_MS = 60_000;

export interface Seen {
  readonly inside: boolean;
  readonly atMs: number;
}

/** `known`: what is remembered of departments, the oldest first. */
export function createManagedArea(
  root: string,
  clock: Pick<Clock, "monotonicMs">,
  known = new Map<string, Seen>(),
): ManagedArea {
  const isFresh = ({ atMs }: Seen): boolean => clock.monotonicMs() - atMs < FRESH_MS;
  const note = (id: string, inside: boolean): boolean => {
    known.delete(id);
    known.set(id, { inside, atMs: clock.monotonicMs() });
    for (const [oldest, seen] of known) {
      if (isFresh(seen)) break;
      known.delete(oldest);
    }
    return inside;
  };

  /** The path starts with the department and ends with the organisation (docs/dingtalk.md 4.4). */
  async function ask(session: Session, id: string): Promise<boolean> {
    try {
      const { parent_id_list: parents } = resultOf(
        await session.call(API.departmentParents, { dept_id: Number(id) }),
      );
      return note(id, idsOf(parents).includes(root));
    } catch (error) {
      // A department that no longer exists contains nothing of ours.
      if (error instanceof TargetNotFound) return note(id, false);
      throw error;
    }
  }

  const whole = root === ROOT;
  return {
    root,
    whole,

    async within(session, ids) {
      if (whole) return new Set(ids);
      const inside = new Set<string>();
      for (const id of ids) {
        const seen = known.get(id);
        // One after the other, because few departments are new.
        if (id === root || (seen && isFresh(seen) ? seen.inside : await ask(session, id))) inside.add(id);
      }
      return inside;
    },

    async requireInside(session, id) {
      if (whole || id === root || (await ask(session, id))) return;
      throw outside(`department ${id} is not below the managed root ${root}`);
    },

    learn(ids) {
      if (!whole) for (const id of ids) note(id, true);
    },
  };
}

export const outside = (message: string): TargetError =>
  new TargetProtected(message, {
    answer: "outside",
    reasonCode: "outsideManagedRoot",
    remedy:
      "move it below the managed root in DingTalk, or make the change by hand; it is checked every hour",
  });
