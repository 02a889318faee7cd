import { z } from "zod";

const mobileKey = z.string().regex(/^(\+\d{1,4}-)?\d{4,15}$/, "must be a number as user/create takes it, e.g. +852-91234567");
const userid = z.string().min(1).max(64);

/**
 * A field of users or departments that DingTalk treats in a way of its own when the app sends it, with any value or with this one:
 * the call is refused with a code, or it is accepted and the field gets another value, or stays what it was.
 */
const ownWaySchema = z
  .strictObject({
    on: z.enum(["user", "department"]),
    /** As the call spells it, e.g. `title`, `dept_permits`, `extension`. */
    field: z.string().min(1),
    value: z.string().optional(),
    refuses: z.number().int().optional(),
    makes: z.string().optional(),
  })
  .refine(({ refuses, makes }) => refuses === undefined || makes === undefined, "either refuses or makes");

export type OwnWay = z.output<typeof ownWaySchema>;

/**
 * What one organisation of the simulator is like, and which side it takes where the sources of docs/dingtalk.md disagree or say nothing.
 * The body of `POST /_sim/reset` (defaults for what is left out) and of `POST /_sim/switches` (keeps people, changes only what is named).
 */
export const switchesSchema = z.strictObject({
  /** Where the organisation is registered (docs/dingtalk.md 5.1): outside the mainland, mainland numbers are written `+86-…`; inside, bare. */
  region: z.enum(["hongkong", "mainland"]).default("hongkong"),
  organisationName: z.string().min(1).max(64).default("Sandbox"),
  verified: z.boolean().default(true),
  /** Enterprise accounts (docs/dingtalk.md 6); off = create and the account switches answer 400002. */
  enterpriseAccounts: z.boolean().default(true),
  /** Organisations that let this one bring in their enterprise accounts, and which (docs/dingtalk.md 6). Others answer 400002. */
  outerAccounts: z
    .array(z.strictObject({ corpId: z.string().min(1), corpName: z.string().default("Partner"), userids: z.array(userid) }))
    .default([]),
  /** Whether the mailbox product is on; off = `org_email` takes no effect (docs/dingtalk.md 5.1). */
  mailboxes: z.boolean().default(true),
  /** Whether external contacts (docs/dingtalk.md 8.3) are on; off = 60205. */
  externalContacts: z.boolean().default(true),
  maxContacts: z.number().int().min(0).default(0),
  /** The answer for a contact's number that is there already: both codes are documented (docs/dingtalk.md 8.3). */
  duplicateContact: z.union([z.literal(60200), z.literal(22005)]).default(60200),
  /** Whether 智能人事 is open to the app (docs/dingtalk.md 7); off = `suiteCallInvalid`. */
  hr: z.boolean().default(true),
  /** Words no department's name may hold: 60022 (docs/dingtalk.md 4.1). */
  sensitiveWords: z.array(z.string().min(1)).default([]),
  /** Custom fields made in the admin console; other keys of `extension` are ignored (docs/dingtalk.md 13.3). */
  customFields: z.array(z.string().min(1)).default(["Cost centre", "Job level"]),
  /** Permission points (docs/dingtalk.md 2.3) taken away from the app. */
  revokedPermissions: z.array(z.string()).default([]),
  /** Field permissions (docs/dingtalk.md 2.3): without `mobile` no mobile and state_code, without `personal` no email, org_email, work_place, remark, extension. */
  fieldPermissions: z
    .strictObject({ mobile: z.boolean().default(true), personal: z.boolean().default(true) })
    .default({ mobile: true, personal: true }),
  /** Contact scope (docs/dingtalk.md 2.3). */
  contactScope: z
    .strictObject({ departments: z.array(z.number().int()).default([1]), users: z.array(userid).default([]) })
    .default({ departments: [1], users: [] }),
  /** Addresses that may call; empty = every address. */
  ipAllowList: z.array(z.string()).default([]),
  /** Numbers whose owners must consent before they become members: 40103 and an invitation (docs/dingtalk.md 5.1). */
  protectedMobiles: z.array(mobileKey).default([]),
  /** Numbers whose create answers this errcode, e.g. 60107 or 40019 (docs/dingtalk.md 5.1). */
  createRefusals: z.record(mobileKey, z.number().int()).default({}),
  /** Numbers known to DingTalk already: a change to one of them answers 40021 (docs/dingtalk.md 5.2). */
  registeredMobiles: z.array(mobileKey).default([]),
  /** Whether a foreign number must have a length its country has; DingTalk's own check is not documented. */
  mobileLengths: z.enum(["national", "any"]).default("national"),
  /** Which answer a mobile change of an activated person gets (docs/dingtalk.md 5.2). */
  activatedMobileChange: z.union([z.literal(41054), z.literal(40021), z.literal(40022)]).default(41054),
  /** Whether update looks at `mobile` at all: today's page does not list it (docs/dingtalk.md 5.2). */
  mobileInUpdate: z.enum(["accepted", "ignored"]).default("accepted"),
  /** What `""` does to title, email and the like on update; not documented (docs/dingtalk.md 5.2). */
  emptyString: z.enum(["clears", "ignored"]).default("clears"),
  /** The answer for an unknown userid (docs/dingtalk.md 5.2, 5.3). */
  unknownUser: z.union([z.literal(60121), z.literal(33012)]).default(60121),
  /** Where 60104 names the person who has the number: at the end of the text, in a top-level `userid`, both, or not at all (docs/dingtalk.md 5.1). */
  duplicateMobileNames: z.enum(["text", "field", "both", "nothing"]).default("text"),
  /** Characters of an extension: 20 by the official help, 50 by the API's page (docs/dingtalk.md 5.1). */
  telephoneMax: z.number().int().min(1).default(20),
  /** Whether people who are given no extension get one from DingTalk, as the official help says of some. */
  assignsTelephones: z.boolean().default(false),
  /** Whether reads show `email` always, or only of people who have set it up in the client's Mail (help.dingtalk.io; the act `mail`). */
  emailShown: z.enum(["always", "whenSetUp"]).default("whenSetUp"),
  /** The answer for an `org_email` somebody has; which of the two codes for addresses it is, is not documented (docs/dingtalk.md 5.1). */
  duplicateMailbox: z.union([z.literal(60106), z.literal(40101)]).default(40101),
  /** After how many days an invitation cannot be accepted any more. */
  invitationDays: z.number().positive().default(7),
  /** How long `user/listadmin` goes on saying what was before a change of administrators; not documented. */
  adminListDelayMs: z.number().int().min(0).default(0),
  /** What DingTalk does with single values by itself: see `OwnWay`. */
  ownWays: z.array(ownWaySchema).default([]),
  /** Whether names of departments that differ in letter case, blanks or invisible characters only are the same name; not documented. */
  departmentNames: z.enum(["folded", "exact"]).default("folded"),
  /** Characters of a name in department/update: 100 by one reference (TOP 52327), 64 everywhere else (docs/dingtalk.md 4.2). */
  departmentNameOnUpdate: z.union([z.literal(64), z.literal(100)]).default(64),
  /** The answer for a department name taken under its parent (docs/dingtalk.md 4.1). */
  duplicateDepartment: z.union([z.literal(60021), z.literal(60008)]).default(60021),
  /** What delete does to empty sub-departments: the tutorial removes them, the code table has 60006 (docs/dingtalk.md 4.3). */
  childDepartments: z.enum(["cascade", "refuse"]).default("cascade"),
  /** The code of a bad visible-id list on department/create: its page prints 600109, the update page 60109 (docs/dingtalk.md 4.1). */
  createVisibleListError: z.union([z.literal(600109), z.literal(60109)]).default(600109),
  /** Whether listsub shows `source_identifier`: the SDK declares it, the page does not (docs/dingtalk.md 4.1). */
  listsubSourceIdentifier: z.boolean().default(false),
  /** Adds a school directory's department -1 to the root's lists (docs/dingtalk.md 4.4). */
  specialDepartments: z.boolean().default(false),
  /** What happens when a person leaves a department they manage; not documented (docs/dingtalk.md 5.2). */
  managerLeavesDepartment: z.enum(["dropped", "refused"]).default("dropped"),
  /** The account page demands dept_id_list on every update of an enterprise account (docs/dingtalk.md 6). */
  enterpriseUpdateNeedsDepartments: z.boolean().default(true),
  /** A body with `\uXXXX` escapes answers 40033 (docs/dingtalk.md 3). */
  unicodeEscapes: z.enum(["refused", "accepted"]).default("refused"),
  /** Where old paths outside /topapi show a gateway refusal: inside 88 or at the top level (docs/dingtalk.md 2.2, 9.2). */
  plainPathRefusals: z.enum(["nested", "top-level"]).default("nested"),
  /** What a banned address sees (docs/dingtalk.md 9.3); the HTTP status is not documented. */
  banForm: z.enum(["html", "json"]).default("html"),
  banStatus: z.number().int().min(200).max(599).default(403),
  /** Sizes (docs/dingtalk.md 4.5); 0 = no limit. The member limit is in an old table only. */
  maxDepth: z.number().int().min(0).default(20),
  maxChildren: z.number().int().min(0).default(1_000),
  maxDepartments: z.number().int().min(0).default(10_000),
  maxDepartmentMembers: z.number().int().min(0).default(0),
  maxUsers: z.number().int().min(0).default(0),
  /** Custom robots (docs/dingtalk.md 11.1): hook token and, by its security setting, its secret or a word that every message has to contain. `disabled`: switched off. */
  robots: z
    .array(
      z.strictObject({
        token: z.string().min(1),
        secret: z.string().min(1).optional(),
        keyword: z.string().min(1).optional(),
        disabled: z.boolean().optional(),
      }),
    )
    .default([{ token: "sandbox" }]),
  /** Whose codes robots answer: the documentation's (400101, 410100) or those recorded from the live host (300005, 660026). */
  robotCodes: z.enum(["recorded", "documented"]).default("recorded"),
  /** What goes wrong on the Stream gateway (docs/dingtalk.md 10.2), and how often it pings. */
  stream: z
    .strictObject({
      /** Where connections are refused: when a ticket is asked for, or when it is shown. */
      refuses: z.enum(["nobody", "opening", "connecting"]).default("nobody"),
      /**
       * Which open connections tell nothing. `reconnected`: those that come after one has gone get no frame at all. `events`: all live on without events.
       * `everything`: all are silent, and pings of clients get no answer.
       */
      silent: z.enum(["none", "reconnected", "events", "everything"]).default("none"),
      /** Of a hundred events so many are lost on their way. */
      dropPercent: z.number().min(0).max(100).default(0),
      pingMs: z.number().int().min(10).default(60_000),
    })
    .prefault({}),
  /** HTTP push of events (docs/dingtalk.md 10.3); `ownerKey` is the client id unless the subscription was made by API. */
  push: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      token: z.string().regex(/^[A-Za-z0-9]{3,32}$/),
      aesKey: z.string().regex(/^[A-Za-z0-9]{43}$/),
      ownerKey: z.string().optional(),
    })
    .optional(),
});

export type Switches = z.output<typeof switchesSchema>;

export const defaultSwitches: Switches = switchesSchema.parse({});

/** Says in one line what is wrong with a body, for the JSON error of a control address. */
export const describeIssues = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
