import { randomBytes } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import type { Meter } from "../../core/meter.ts";
import type { RateLimiter, SharedToken, TargetAdapter } from "../../reconcile/target.ts";
import { freeing } from "./attributes/freeing.ts";
import { normalize } from "./attributes/normalize.ts";
import { DEFAULT_REGION } from "./attributes/phone.ts";
import { recall } from "./attributes/recall.ts";
import { departmentNameKey, numberedDepartmentName } from "./attributes/text.ts";
import { readsOf, writesOf } from "./by-kind.ts";
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

/**
 * DingTalk as a target. Holds connections and learned values (id of the role group, form of numbers). `close`
 * closes the connections.
 */
export function createDingTalkTarget(
  config: DingTalkConfig,
  deps: DingTalkDeps,
): TargetAdapter & { close(): void } {
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
  const listing = createListing(client, { clock: deps.clock, random, area }, options);

  const target: Omit<TargetAdapter, "rehearsal"> = {
    name: "dingtalk",
    rootDepartment: area.root,
    canSuspend,
    nameKey: departmentNameKey,
    numberedName: numberedDepartmentName,
    conceals: ({ hide_dept, outer_dept }) =>
      [hide_dept, outer_dept].some((value) => value === true || value === "true"),
    identity: identityOf,
    addresses: addressesOf,
    lacking: lackingOf,
    customField: customFieldOf,
    identifying: ["mobile", "login_id"],
    remoteIdFor: (ref) => (ref.kind === "user" ? ref.id : undefined),
    normalize: (kind, desired, actual) => normalize(kind, desired, actual, region),
    ...writesOf(parts, updateAndLook),
    ...readsOf(parts, listing, options.roleGroup),
    recall,
    isAnother,
    disproved: (_kind, answer) => disproved(answer),
    canFind: (kind) => kind === "user" || kind === "department",
    freeing,
    reportsChangesOf,
    ...(config.agentId === undefined ? {} : { notify: createNotices(client, config.agentId) }),
    listen: (listener, signal) =>
      listen(config, { client, clock: deps.clock, random, region }, listener, signal),
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
    return {
      ...target,
      ...writesOf(rehearsed, (kind, actual, set, context) => kind.update(actual, set, context)),
      rehearsal,
    };
  }

  return { ...target, rehearsal, close: client.close };
}

/** Administrators are read only before an actual removal. */
const NOBODY_ADMINISTERS: Admins = { requireOrdinary: async () => "present" };

/** Letters and digits, as DingTalk requires (docs/dingtalk.md 6). Long enough to be safe from guessing. */
const newPassword = (): string => `Aa1${randomBytes(24).toString("base64url")}`;
