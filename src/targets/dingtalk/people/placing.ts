import {
  type Refused,
  TargetError,
  TargetNotFound,
  TargetRejected,
} from "../../../reconcile/target-failures.ts";
import type { Attributes } from "../../../reconcile/target-values.ts";
import { resultOf } from "../client/answers/answer.ts";
import { API } from "../client/apis.ts";
import type { Session } from "../client/client.ts";
import { isTrue } from "../client/wire-values.ts";
import type { Sent } from "./parts.ts";

/** Most departments that are tried one by one for one person. Further departments are left out. */
const MAX_TRIED = 20;
/**
 * The department has the highest possible number of members. For several departments the answer does not say
 * which one is full.
 */
const FULL = "40023";

/**
 * Adds a person to those of their departments that are not full. A full department does not block the other
 * departments or the account.
 */
export interface Placing {
  send(attributes: Attributes): Promise<void>;
  /** Replaces the departments in `sent` with those that the person has got. */
  correct(sent: Sent): Sent;
}

export interface Place {
  readonly session: Session;
  /** The department of people without another department. */
  readonly root: string;
  /**
   * The present departments of the person; empty for a new person. A full department keeps its present
   * members.
   */
  readonly had: readonly string[];
}

export function createPlacing(
  { session, root, had }: Place,
  call: (attributes: Attributes) => Promise<void>,
): Placing {
  let narrowed:
    | { readonly requested: readonly string[]; readonly open: readonly string[]; readonly error: TargetError }
    | undefined;

  async function send(attributes: Attributes): Promise<void> {
    const { departments } = attributes;
    if (!Array.isArray(departments)) return call(attributes);
    try {
      await call(attributes);
    } catch (error) {
      if (!isFull(error)) throw error;
      const open = await whereThereIsRoom(attributes, departments as readonly string[], error);
      narrowed = { requested: departments as readonly string[], open, error };
    }
  }

  async function whereThereIsRoom(
    attributes: Attributes,
    requested: readonly string[],
    full: TargetError,
  ): Promise<readonly string[]> {
    const staying = requested.filter((id) => had.includes(id));
    let open: readonly string[] = [];
    let first: Attributes = attributes;
    const enter = async (departments: readonly string[]): Promise<boolean> => {
      try {
        await call({ ...first, departments });
        first = {};
        open = departments;
        return true;
      } catch (error) {
        if (!isFull(error)) throw error;
        return false;
      }
    };
    if (staying.length > 0) await enter(staying);
    // One after the other, because each call sends the whole list.
    for (const id of requested.filter((each) => !had.includes(each)).slice(0, MAX_TRIED))
      await enter([...open, id].sort());
    if (open.length > 0) return open;
    if (had.length > 0 || requested.includes(root)) throw full;
    await requireVisible(requested);
    if (!(await enter([root]))) throw full;
    return open;
  }

  /** Rejects if a department hides its members: in the root everybody would see the person. */
  async function requireVisible(departments: readonly string[]): Promise<void> {
    for (const id of departments.slice(0, MAX_TRIED)) {
      try {
        const { hide_dept, outer_dept } = resultOf(
          await session.call(API.departmentGet, { dept_id: Number(id) }),
        );
        if (isTrue(hide_dept) || isTrue(outer_dept)) throw hidden(id);
      } catch (error) {
        if (!(error instanceof TargetNotFound)) throw error;
      }
    }
  }

  function correct(sent: Sent): Sent {
    if (!narrowed || sent.taken.departments === undefined) return sent;
    const { requested, open, error } = narrowed;
    const { mainDepartment, ...rest } = sent.taken;
    const placed = mainDepartment === undefined || open.includes(String(mainDepartment)) ? sent.taken : rest;
    const refused: Refused[] = [{ attribute: "departments", value: requested, error }];
    if (placed === rest && mainDepartment !== undefined)
      refused.push({ attribute: "mainDepartment", value: mainDepartment, error });
    return { ...sent, taken: { ...placed, departments: open }, refused: [...sent.refused, ...refused] };
  }

  return { send, correct };
}

const isFull = (error: unknown): error is TargetError =>
  error instanceof TargetError && error.answer === FULL;

const hidden = (id: string): TargetRejected =>
  new TargetRejected(
    `department ${id} is full, and it hides its members, whom everybody would see in the root`,
    {
      answer: FULL,
      reasonCode: "departmentFull",
      attribute: "departments",
      remedy: `make room in department ${id} of DingTalk, then retry`,
    },
  );
