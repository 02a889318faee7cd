import { z } from "zod";

const mobileKey = z
  .string()
  .regex(/^(\+\d{1,4}-)?\d{4,15}$/, "must be a number as user/create takes it, e.g. +852-91234567");
const userid = z.string().min(1).max(64);

/**
 * Special treatment of one field of users or departments in calls of the app, for any value or only for
 * `value`. With `refuses`, DingTalk refuses the call with this code. With `makes`, it stores this value.
 * Without both, it ignores the field (docs/dingtalk.md 5.2).
 */
const ownWaySchema = z
  .strictObject({
    on: z.enum(["user", "department"]),
    /** Name of the field in the call, e.g. `title`, `dept_permits`, `extension`. */
    field: z.string().min(1),
    value: z.string().optional(),
    refuses: z.number().int().optional(),
    makes: z.string().optional(),
  })
  .refine(
    ({ refuses, makes }) => refuses === undefined || makes === undefined,
    "refuses and makes exclude each other",
  );

export type OwnWay = z.output<typeof ownWaySchema>;

/**
 * Properties of the simulated organisation, and its behaviour where the sources of docs/dingtalk.md disagree
 * or say nothing. It is the body of `POST /_sim/reset`, where absent switches get their default, and of `POST
 * /_sim/switches`, where absent switches stay.
 */
export const switchesSchema = z.strictObject({
  /**
   * Where the organisation is registered. One in the mainland writes mainland numbers as 11 digits, others as
   * `+86-…` (docs/dingtalk.md 5.1).
   */
  region: z.enum(["hongkong", "mainland"]).default("hongkong"),
  organisationName: z.string().min(1).max(64).default("Sandbox"),
  verified: z.boolean().default(true),
  /**
   * Whether enterprise accounts are enabled. If not, create and the account switches answer 400002
   * (docs/dingtalk.md 6, 13.5).
   */
  enterpriseAccounts: z.boolean().default(true),
  /**
   * Enterprise accounts that other organisations allow this one to use (docs/dingtalk.md 6). A create with
   * any other account answers 400002.
   */
  outerAccounts: z
    .array(
      z.strictObject({
        corpId: z.string().min(1),
        corpName: z.string().default("Partner"),
        userids: z.array(userid),
      }),
    )
    .default([]),
  /** Whether the mailbox product is enabled. If not, `org_email` has no effect (docs/dingtalk.md 5.1). */
  mailboxes: z.boolean().default(true),
  /** Whether external contacts are enabled. If not, their calls answer 60205 (docs/dingtalk.md 8.3). */
  externalContacts: z.boolean().default(true),
  /** 0 means no limit. */
  maxContacts: z.number().int().min(0).default(0),
  /** The code for a contact whose number exists already. Both codes are documented (docs/dingtalk.md 8.3). */
  duplicateContact: z.union([z.literal(60200), z.literal(22005)]).default(60200),
  /**
   * Whether the app can use the HR product 智能人事. If not, its calls answer `suiteCallInvalid`
   * (docs/dingtalk.md 7).
   */
  hr: z.boolean().default(true),
  /** Words that names of departments must not contain: 60022 (docs/dingtalk.md 4.1). */
  sensitiveWords: z.array(z.string().min(1)).default([]),
  /**
   * Custom fields that exist in the console. Other keys of `extension` are ignored (docs/dingtalk.md 13.3).
   */
  customFields: z.array(z.string().min(1)).default(["Cost centre", "Job level"]),
  /** Permission points that the app does not have (docs/dingtalk.md 2.3). */
  revokedPermissions: z.array(z.string()).default([]),
  /**
   * Field permissions (docs/dingtalk.md 2.3). Without `mobile`, reads omit mobile and state_code; without
   * `personal`, email, org_email, work_place, remark and extension.
   */
  fieldPermissions: z
    .strictObject({ mobile: z.boolean().default(true), personal: z.boolean().default(true) })
    .default({ mobile: true, personal: true }),
  /** Contact scope (docs/dingtalk.md 2.3). */
  contactScope: z
    .strictObject({ departments: z.array(z.number().int()).default([1]), users: z.array(userid).default([]) })
    .default({ departments: [1], users: [] }),
  /** IP addresses that may call. An empty list allows every address. */
  ipAllowList: z.array(z.string()).default([]),
  /**
   * Numbers whose owners must consent before they become members. A create answers 40103 and sends an
   * invitation (docs/dingtalk.md 5.1).
   */
  protectedMobiles: z.array(mobileKey).default([]),
  /**
   * By number: the errcode that a create with this number answers, e.g. 60107 or 40019
   * (docs/dingtalk.md 5.1).
   */
  createRefusals: z.record(mobileKey, z.number().int()).default({}),
  /** Numbers that have a DingTalk account. A change to one of them answers 40021 (docs/dingtalk.md 5.2). */
  registeredMobiles: z.array(mobileKey).default([]),
  /**
   * Whether the length of a foreign number must be valid in its country. DingTalk's check is not documented.
   */
  mobileLengths: z.enum(["national", "any"]).default("national"),
  /** The code for a change of the mobile number of an activated person (docs/dingtalk.md 5.2). */
  activatedMobileChange: z.union([z.literal(41054), z.literal(40021), z.literal(40022)]).default(41054),
  /** Whether update accepts `mobile`, which today's documentation does not list (docs/dingtalk.md 5.2). */
  mobileInUpdate: z.enum(["accepted", "ignored"]).default("accepted"),
  /**
   * What `""` does to text attributes such as title and email on update. Not documented
   * (docs/dingtalk.md 5.2).
   */
  emptyString: z.enum(["clears", "ignored"]).default("clears"),
  /** The code for an unknown userid (docs/dingtalk.md 5.2). */
  unknownUser: z.union([z.literal(60121), z.literal(33012)]).default(60121),
  /**
   * Where 60104 contains the userid of the person who has the number: at the end of the text, in a top-level
   * `userid`, both, or nowhere (docs/dingtalk.md 5.1).
   */
  duplicateMobileNames: z.enum(["text", "field", "both", "nothing"]).default("text"),
  /**
   * Maximum length of `telephone`: 20 in the help pages, 50 on the page of the API (docs/dingtalk.md 5.1).
   */
  telephoneMax: z.number().int().min(1).default(20),
  /**
   * Whether DingTalk assigns a `telephone` to people who are created without one. The help pages say so for
   * some people (docs/dingtalk.md 5.1).
   */
  assignsTelephones: z.boolean().default(false),
  /**
   * Whether reads always show `email`, or only for people who have set up the client's Mail
   * (docs/dingtalk.md 5.1; `mail` of `POST /_sim/edit`).
   */
  emailShown: z.enum(["always", "whenSetUp"]).default("whenSetUp"),
  /**
   * The code for an `org_email` that another person has. The documentation does not say which of the two
   * codes applies (docs/dingtalk.md 5.1).
   */
  duplicateMailbox: z.union([z.literal(60106), z.literal(40101)]).default(40101),
  /** Number of days after which an invitation expires (docs/dingtalk.md 5.1). */
  invitationDays: z.number().positive().default(7),
  /**
   * How long `user/listadmin` still shows the state before a change of administrators. Not documented
   * (docs/dingtalk.md 5.4).
   */
  adminListDelayMs: z.number().int().min(0).default(0),
  /** Special treatment of single fields (see `OwnWay`). */
  ownWays: z.array(ownWaySchema).default([]),
  /**
   * `folded`: names that differ only in letter case, blanks or invisible characters are the same name. Not
   * documented.
   */
  departmentNames: z.enum(["folded", "exact"]).default("folded"),
  /**
   * Maximum length of a name in department/update: 100 in one reference (TOP 52327), 64 in all others
   * (docs/dingtalk.md 4.2).
   */
  departmentNameOnUpdate: z.union([z.literal(64), z.literal(100)]).default(64),
  /** The code for a name that another department under the same parent has (docs/dingtalk.md 4.1). */
  duplicateDepartment: z.union([z.literal(60021), z.literal(60008)]).default(60021),
  /**
   * What happens to empty departments below a deleted one. The tutorial says they are deleted too, the code
   * table has 60006 (docs/dingtalk.md 4.3).
   */
  childDepartments: z.enum(["cascade", "refuse"]).default("cascade"),
  /**
   * The code of department/create for a bad list of who may see the department. Its page prints 600109, the
   * page of update 60109 (docs/dingtalk.md 4.1).
   */
  createVisibleListError: z.union([z.literal(600109), z.literal(60109)]).default(600109),
  /**
   * Whether `listsub` returns `source_identifier`. The SDK declares it, the documentation does not
   * (docs/dingtalk.md 4.1).
   */
  listsubSourceIdentifier: z.boolean().default(false),
  /** Whether lists of the root contain the department -1 of a school directory (docs/dingtalk.md 4.4). */
  specialDepartments: z.boolean().default(false),
  /**
   * Whether a person who leaves a department stops being its manager, or the call is refused. Not documented
   * (docs/dingtalk.md 5.2).
   */
  managerLeavesDepartment: z.enum(["dropped", "refused"]).default("dropped"),
  /**
   * Whether every update of an enterprise account requires `dept_id_list`, as the documentation says
   * (docs/dingtalk.md 6).
   */
  enterpriseUpdateNeedsDepartments: z.boolean().default(true),
  /** Whether a body with `\uXXXX` escapes is refused with 40033 (docs/dingtalk.md 3). */
  unicodeEscapes: z.enum(["refused", "accepted"]).default("refused"),
  /**
   * Where old paths outside /topapi have the code of a gateway refusal: in `sub_code` below 88, or in
   * `errcode` (docs/dingtalk.md 2.2).
   */
  plainPathRefusals: z.enum(["nested", "top-level"]).default("nested"),
  /**
   * Form and HTTP status of the answer to a banned address (docs/dingtalk.md 9.3). The status is not
   * documented.
   */
  banForm: z.enum(["html", "json"]).default("html"),
  banStatus: z.number().int().min(200).max(599).default(403),
  /** Limits of size (docs/dingtalk.md 4.5). 0 means no limit. Only an old table has a limit of members. */
  maxDepth: z.number().int().min(0).default(20),
  maxChildren: z.number().int().min(0).default(1_000),
  maxDepartments: z.number().int().min(0).default(10_000),
  maxDepartmentMembers: z.number().int().min(0).default(0),
  maxUsers: z.number().int().min(0).default(0),
  /**
   * Custom robots (docs/dingtalk.md 11.1): token of the address and, by the security setting, a secret or a
   * keyword that every message must contain.
   */
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
  /**
   * The codes of robots: documented (400101, 410100), or recorded from the live host (300005, 660026;
   * docs/dingtalk.md 11.1).
   */
  robotCodes: z.enum(["recorded", "documented"]).default("recorded"),
  /** Faults of the Stream gateway (docs/dingtalk.md 10.2), and its interval of pings in ms. */
  stream: z
    .strictObject({
      /**
       * Which step is refused: the call for a ticket (`opening`), the connection with the ticket
       * (`connecting`), or none (`nobody`).
       */
      refuses: z.enum(["nobody", "opening", "connecting"]).default("nobody"),
      /**
       * Which connections are silent. `reconnected`: connections opened after an earlier one had closed get
       * no frame. `events`: no connection gets events. `everything`: no connection gets a frame or an answer
       * to its pings.
       */
      silent: z.enum(["none", "reconnected", "events", "everything"]).default("none"),
      /** Percentage of events that are lost. */
      dropPercent: z.number().min(0).max(100).default(0),
      pingMs: z.number().int().min(10).default(60_000),
    })
    .prefault({}),
  /**
   * HTTP push of events (docs/dingtalk.md 10.3). `ownerKey` defaults to the client id; for a subscription
   * through the API it is the corp id.
   */
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

/** The problems of a body as one line, for the error of a control address. */
export const describeIssues = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
