import type { Operator } from "../operator-event.ts";

/* Restoring people whom the loop has removed. */

/** The values of a removed person are kept for this number of days. */
export const KEPT_DAYS = 30;

/** People to restore: by id, or all who were removed under one hold. */
export type PutBackRequest = { readonly ids: readonly string[] } | { readonly hold: string };

/**
 * `restoring`: the next run restores the person. `notWanted`: the directory does not want the person there.
 * `deleted`: the directory no longer has the person. `recordDeleted`: one of several sources has deleted its
 * record, and the others still have the person. `expired`: the stored values are deleted. `restored`:
 * restored before. `notRemoved`: the loop has not removed the person. `unknown`: no person has this id.
 */
export type PutBackResult =
  | "restoring"
  | "notWanted"
  | "deleted"
  | "recordDeleted"
  | "expired"
  | "restored"
  | "notRemoved"
  | "unknown";

export interface PutBack {
  readonly people: readonly { readonly id: string; readonly name?: string; readonly result: PutBackResult }[];
  /** Number of people to restore. */
  readonly restoring: number;
}

export interface PutBackOperations {
  /** Undefined: there is no such hold. Records nothing if nobody is restored. */
  putBack(
    request: PutBackRequest,
    operator: Operator,
    detail?: Readonly<Record<string, string>>,
  ): Promise<PutBack | undefined>;
}

/**
 * A person whom the directory wants comes back without a restore. A restore adds the values that the
 * directory does not have.
 */
export const PUT_BACK_TEXTS: Readonly<Record<PutBackResult, string>> = {
  restoring: "is put back",
  notWanted: "not put back: the person is not active in the directory; make them active at the source first",
  deleted:
    "not put back: the source has deleted the person; create the person there again, which makes a new account",
  recordDeleted:
    "not put back: a source has deleted its record; forget it with joins forget and this id, or create the record again at the source",
  expired: `not put back: removed more than ${KEPT_DAYS} days ago, so the copy is gone; the loop creates the person again from the directory`,
  restored: "was put back before",
  notRemoved: "was not removed",
  unknown: "nobody has this id",
};
