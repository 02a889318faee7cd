import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { Meter } from "../../core/meter.ts";
import type { ListPage, RateLimiter, SharedToken, TargetAdapter, WriteContext } from "../../reconcile/target.ts";
import { TargetRejected } from "../../reconcile/target-failures.ts";
import { freeing } from "./attributes/freeing.ts";
import { normalize } from "./attributes/normalize.ts";
import { DEFAULT_REGION } from "./attributes/phone.ts";
import { recall } from "./attributes/recall.ts";
import { departmentNameKey, numberedDepartmentName } from "./attributes/text.ts";
import { createCheck } from "./check.ts";
import { disproved } from "./client/answers/disproved.ts";
import { createClient } from "./client/client.ts";
import { rehearsedArea, rehearsing } from "./client/rehearsal.ts";
import type { DingTalkConfig } from "./config.ts";
import { createListing } from "./listing.ts";
import { canSuspend, createAccounts } from "./people/accounts.ts";
import { type Admins, createAdmins } from "./people/admins.ts";
import { addressesOf, customFieldOf, identityOf, isAnother, lackingOf } from "./people/identity.ts";
import { createNotices } from "./people/notices.ts";
import { updateAndLook } from "./people/read-back.ts";
import { createRegistration, writingMobiles } from "./people/registration.ts";
import { createUsers } from "./people/users.ts";
import { listen } from "./stream/listen.ts";
import { reportsChangesOf } from "./stream/meaning.ts";
import { ROOT } from "./structure/department-wire.ts";
import { createDepartments } from "./structure/departments.ts";
import { createManagedArea } from "./structure/managed-area.ts";
import { createRoles } from "./structure/roles.ts";

export interface DingTalkDeps {
  readonly clock: Clock;
  /** Every call asks it first, with the path of the call, and reports every throttle answer to it. */
  readonly limiter: RateLimiter;
  readonly tokens: SharedToken;
  readonly meter?: Meter;
  /** In [0, 1): prevents that several processes act at the same moment. */
  readonly random?: () => number;
}

/** DingTalk as a target. Holds connections and learned values (id of the role group, form of numbers). `close` closes the connections. */
export function createDingTalkTarget(config: DingTalkConfig, deps: DingTalkDeps): TargetAdapter & { close(): void } {
  const region = (config.region ?? DEFAULT_REGION).toUpperCase();
  const random = deps.random ?? Math.random;
  const options = {
    region,
    roleGroup: config.roleGroup ?? "SCIM",
    readsAvatar: config.readsAvatar ?? false,
    newPassword,
    clock: deps.clock,
    ...(config.handOver ? { handOver: config.handOver } : {}),
  };
  const client = createClient(config, { ...deps, random });
  const admins = createAdmins();
  const registration = createRegistration((config.registeredIn ?? region).toUpperCase());
  const area = createManagedArea(config.managedRoot ?? ROOT, deps.clock);
  const parts = {
    users: createUsers(writingMobiles(client, registration), { admins, area }, options),
    departments: createDepartments(client, area, region),
    roles: createRoles(client, options.roleGroup),
    accounts: createAccounts(client, admins, options),
  };
  const { users, departments, roles } = parts;
  const listing = createListing(client, { clock: deps.clock, random, area }, options);

  const target: Omit<TargetAdapter, "rehearsal"> = {
    name: "dingtalk",
    rootDepartment: area.root,
    canSuspend,
    nameKey: departmentNameKey,
    numberedName: numberedDepartmentName,
    conceals: ({ hide_dept, outer_dept }) => [hide_dept, outer_dept].some((value) => value === true || value === "true"),
    identity: identityOf,
    addresses: addressesOf,
    lacking: lackingOf,
    customField: customFieldOf,
    identifying: ["mobile", "login_id"],
    remoteIdFor: (ref) => (ref.kind === "user" ? ref.id : undefined),
    normalize: (kind, desired, actual) => normalize(kind, desired, actual, region),
    ...writesOf(parts, updateAndLook),
    read: (kind, remoteId, context) =>
      on(kind, {
        user: () => users.read(remoteId, context),
        department: () => departments.read(remoteId, context),
        role: () => roles.read(remoteId, context),
      }),
    find: (ref, context) =>
      on(ref.kind, {
        user: () => users.read(ref.id, context),
        department: () => listing.findDepartment(ref.id, context),
        role: () => {
          throw new TargetRejected("DingTalk stores no external id for a role, so an unanswered create cannot be found automatically", {
            answer: "no-role-key",
            reasonCode: "roleNotIdentifiable",
            remedy: `look into the role group ${options.roleGroup} in DingTalk and remove the role by hand if it is there`,
          });
        },
      }),
    recall,
    isAnother,
    disproved: (_kind, answer) => disproved(answer),
    canFind: (kind) => kind === "user" || kind === "department",
    list: (kind: EntityKind, context: WriteContext): AsyncIterable<ListPage> =>
      on(kind, {
        user: () => listing.users(context),
        department: () => listing.departments(context),
        role: () => listing.roles(context),
      }),
    freeing,
    reportsChangesOf,
    ...(config.agentId === undefined ? {} : { notify: createNotices(client, config.agentId) }),
    listen: (listener, signal) => listen(config, { client, clock: deps.clock, random, region }, listener, signal),
    check: createCheck(client, config, deps.clock, registration),
  };

  /** Every write is answered as accepted, so no read after an update is needed. */
  function rehearsal(): TargetAdapter {
    const dry = rehearsing(client);
    const rehearsed = {
      users: createUsers(dry, { admins: NOBODY_ADMINISTERS, area: rehearsedArea(area) }, options),
      departments: createDepartments(dry, rehearsedArea(area), region),
      roles: createRoles(dry, options.roleGroup),
      accounts: createAccounts(dry, NOBODY_ADMINISTERS, options),
    };
    return { ...target, ...writesOf(rehearsed, (kind, actual, set, context) => kind.update(actual, set, context)), rehearsal };
  }

  return { ...target, rehearsal, close: client.close };
}

/** Administrators are read only before an actual removal. */
const NOBODY_ADMINISTERS: Admins = { requireOrdinary: async () => "present" };

interface Parts {
  readonly users: ReturnType<typeof createUsers>;
  readonly departments: ReturnType<typeof createDepartments>;
  readonly roles: ReturnType<typeof createRoles>;
  readonly accounts: ReturnType<typeof createAccounts>;
}

function writesOf(
  { users, departments, roles, accounts }: Parts,
  updated: typeof updateAndLook,
): Pick<TargetAdapter, "create" | "update" | "remove" | "setSuspended"> {
  return {
    create: (ref, attributes, context) =>
      on(ref.kind, {
        user: () => users.create(ref, attributes, context),
        department: () => departments.create(ref, attributes, context),
        role: () => roles.create(attributes, context),
      }),
    update: (ref, actual, set, context) =>
      on(ref.kind, {
        user: () => updated({ ...users, kind: "user" }, actual, set, context),
        department: () =>
          updated({ ...departments, kind: "department", update: (...of) => departments.update(ref, ...of) }, actual, set, context),
        role: () => roles.update(actual, set, context),
      }),
    remove: (ref, actual, context) =>
      on(ref.kind, {
        user: () => users.remove(actual, context),
        department: () => departments.remove(actual, context),
        role: () => roles.remove(actual, context),
      }),
    setSuspended: (_ref, actual, suspended, context) => accounts.setSuspended(actual, suspended, context),
  };
}

type Kinds<T> = Readonly<Record<Exclude<EntityKind, "group">, () => T>>;

/** A group becomes a department or a role by the mapping, so it never arrives as a group. */
function on<T>(kind: EntityKind, by: Kinds<T>): T {
  if (kind === "group")
    throw new TargetRejected("DingTalk has no groups; the mapping makes them departments or roles", {
      answer: "no-groups",
      reasonCode: "notSupported",
    });
  return by[kind]();
}

/** Letters and digits, as DingTalk requires (docs/dingtalk.md 6). Long enough to be safe from guessing. */
const newPassword = (): string => `Aa1${randomBytes(24).toString("base64url")}`;
