import type { Operator } from "../operator-event.ts";

/* Putting back people whom the loop has removed. */

/** So long what the target held of a removed person is kept. */
export const KEPT_DAYS = 30;

/** What is to be put back: some people, or all who were removed under one hold. */
export type PutBackRequest = { readonly ids: readonly string[] } | { readonly hold: string };

/**
 * `restoring`: the next run does it. `notWanted`: the directory does not want the person there. `deleted`: it has nobody of this id any more. `recordDeleted`:
 * one of several sources has deleted its record, and the others say that the person is there. `expired`: removed so long ago that nothing is kept.
 * `restored`: it was done before. `notRemoved`: the loop has not removed the person. `unknown`: nobody has this id.
 */
export type PutBackResult = "restoring" | "notWanted" | "deleted" | "recordDeleted" | "expired" | "restored" | "notRemoved" | "unknown";

export interface PutBack {
  readonly people: readonly { readonly id: string; readonly name?: string; readonly result: PutBackResult }[];
  /** How many are put back. */
  readonly restoring: number;
}

export interface PutBackOperations {
  /** Undefined when there is no such hold. Nothing is recorded when nobody is put back. */
  putBack(request: PutBackRequest, operator: Operator, detail?: Readonly<Record<string, string>>): Promise<PutBack | undefined>;
}

/** Whoever the directory wants there comes back by itself; this is for what it does not say. */
export const PUT_BACK_TEXTS: Readonly<Record<PutBackResult, string>> = {
  restoring: "is put back",
  notWanted: "not put back: the person is not active in the directory; make them active at the source first",
  deleted: "not put back: the source has deleted the person; create the person there again, which makes a new account",
  recordDeleted:
    "not put back: a source has deleted its record; forget it with joins forget and this id, or create the record again at the source",
  expired: `not put back: removed more than ${KEPT_DAYS} days ago, so the copy is gone; the loop creates the person again from the directory`,
  restored: "was put back before",
  notRemoved: "was not removed",
  unknown: "nobody has this id",
};
