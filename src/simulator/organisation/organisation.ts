import type { Fields } from "../wire/fields.ts";
import { type Refusal, Refused } from "../wire/refusal.ts";
import { applyChange } from "./apply-change.ts";
import { createIds, type Ids } from "./identifiers.ts";
import type { Organisation } from "./model.ts";
import type { Change, Department, EventDraft } from "./records.ts";

export const ROOT = 1;

/**
 * Who makes a call, and when. For an administrator (`POST /_sim/edit`) the rules apply, but not the contact
 * scope of the app.
 */
export interface Act {
  readonly nowMs: number;
  readonly by: "app" | "administrator";
  readonly ids: Ids;
}

export interface Done {
  /** The fields of the answer, without the envelope. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly changes?: readonly Change[];
  readonly events?: readonly EventDraft[];
}

/**
 * A rule for one call of docs/dingtalk.md. It reads the organisation and returns the answer and the changes,
 * without applying them, or throws `Refused`.
 */
export type Rule = (organisation: Organisation, fields: Fields, act: Act) => Done;

export type Outcome =
  | {
      readonly kind: "done";
      readonly answer: Readonly<Record<string, unknown>>;
      readonly changes: readonly Change[];
      readonly events: readonly EventDraft[];
      readonly position: number;
    }
  | {
      readonly kind: "refused";
      readonly refusal: Refusal;
      readonly changes: readonly Change[];
      readonly position: number;
    };

/** A refusal that changes the organisation nevertheless: 40103 sends an invitation. */
export class RefusedWithChanges extends Refused {
  readonly changes: readonly Change[];
  constructor(refusal: Refusal, changes: readonly Change[]) {
    super(refusal);
    this.changes = changes;
  }
}

export const emptyDepartment = {
  order: 0,
  create_dept_group: false,
  auto_add_user: false,
  auto_approve_apply: false,
  hide_dept: false,
  dept_permits: [],
  user_permits: [],
  outer_dept: false,
  outer_dept_only_self: false,
  outer_permit_users: [],
  outer_permit_depts: [],
  dept_manager_userid_list: [],
  group_contain_sub_dept: false,
  group_contain_outer_dept: false,
  group_contain_hidden_dept: false,
} as const satisfies Partial<Department>;

/** Runs a rule on the organisation. `commit` applies the changes of the outcome. */
export function perform(
  organisation: Organisation,
  rule: Rule,
  fields: Fields,
  act: Omit<Act, "ids">,
): Outcome {
  const ids = createIds(organisation.seed, organisation.position);
  try {
    const done = rule(organisation, fields, { ...act, ids });
    return {
      kind: "done",
      answer: done.answer,
      changes: done.changes ?? [],
      events: done.events ?? [],
      position: ids.position,
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const changes = error instanceof RefusedWithChanges ? error.changes : [];
    return {
      kind: "refused",
      refusal: error.refusal,
      changes,
      position: changes.length > 0 ? ids.position : organisation.position,
    };
  }
}

/** Applies the changes of an outcome to the organisation. */
export function commit(
  organisation: Organisation,
  outcome: { readonly changes: readonly Change[]; readonly position: number },
): void {
  if (outcome.changes.length === 0) return;
  for (const change of outcome.changes) applyChange(organisation, change);
  organisation.position = Math.max(organisation.position, outcome.position);
}

/** The shortest list of changes that leads from an empty organisation to this state. */
export function* snapshot(organisation: Organisation): Generator<Change> {
  for (const department of organisation.departments.values()) yield { type: "department.put", department };
  for (const group of organisation.roleGroups.values()) yield { type: "role-group.put", group };
  for (const role of organisation.roles.values()) yield { type: "role.put", role };
  for (const user of organisation.users.values()) yield { type: "user.put", user };
  for (const record of organisation.leaves) yield { type: "leave.add", record };
  for (const invitation of organisation.invitations.values()) yield { type: "invitation.put", invitation };
  for (const mobile of organisation.registeredMobiles) yield { type: "mobile.registered", mobile };
  for (const mobile of organisation.consentedMobiles) yield { type: "mobile.consented", mobile };
  for (const chat of organisation.chats.values()) yield { type: "chat.put", chat };
  for (const contact of organisation.contacts.values()) yield { type: "contact.put", contact };
  for (const dismission of organisation.dismissions.values()) yield { type: "dismission.put", dismission };
  for (const entry of organisation.preEntries.values()) yield { type: "pre-entry.put", entry };
  for (const grant of organisation.grants.values()) yield { type: "grant.put", grant };
}
