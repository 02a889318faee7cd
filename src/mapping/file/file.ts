import { z } from "zod";
import { isZone } from "../../core/zone.ts";
import { LAST_DAYS, WHILE_INACTIVE } from "../../schedule/rules.ts";
import { isRegion } from "../expression/phone.ts";

/*
 * The form of a mapping file. Expressions are texts here; `mapping/compile.ts` compiles them. All objects are
 * strict, so that an unknown key is an error and not a rule without effect.
 */

/**
 * Names that a rule for people may not set, because the reconcile loop sets them with remote ids, and the key
 * of the file to use instead.
 */
export const RESERVED_ATTRIBUTES: Readonly<Record<string, string>> = {
  manager: "manager",
  departments: "departments",
  mainDepartment: "departments",
  departmentTitles: "departments",
  departmentOrders: "departments",
  roles: "departments",
};

/** Does the same for departments. */
export const RESERVED_SETTINGS: Readonly<Record<string, string>> = {
  parent: "structure",
  managers: "managers",
};

const MAX_TEXT = 4_096;
const key = z.string().min(1).max(200);
const text = z.string().min(1).max(MAX_TEXT);
const scalar = z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()], {
  error: "must be a text, a number, true or false",
});
const name = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,63}$/, "must be a name of letters and digits that begins with a small letter");

const rule = z.strictObject({
  /** An expression. True, false and numbers are values. */
  value: scalar,
  /** Used if the expression has no value. */
  default: scalar.optional(),
  when: z.enum(["always", "onCreate", "neverOverwrite"]).default("always"),
  empty: z.enum(["leave", "clear"]).default("leave"),
  maxLength: z.number().int().min(1).max(MAX_TEXT).optional(),
});

/**
 * Attributes for which the target may have authority and which SCIM clients then see. Departments, managers
 * and membership are never among them.
 */
export const AUTHORITIES = ["mobile", "avatar", "nickname", "activated"] as const;

const authority = z.literal("dingtalk", { error: "must be dingtalk" });
/** The side whose value is used while no source has written one for thirty days. */
const personRule = rule.extend({ authority: authority.optional() });
/** Nothing is sent. The directory shows the target's value. */
const toldRule = z.strictObject({ authority });
/** The value of such a rule. */
export const NOTHING_SENT = "";

/**
 * Schemas with a short form, each with its forms. Code that reads the schemas cannot see through the
 * conversion between them.
 */
export const SHORT_FORMS = new Map<z.core.$ZodType, readonly z.core.$ZodType[]>();

/** The short form of a rule is only its expression. */
const ruleOrExpression = z.preprocess(
  (value) =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? { value } : value,
  rule,
);
SHORT_FORMS.set(ruleOrExpression, [scalar, rule]);

const personRuleOrExpression = z.preprocess((value) => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return { value };
  const isTold = typeof value === "object" && value !== null && "authority" in value && !("value" in value);
  return isTold ? { ...value, value: NOTHING_SENT } : value;
}, personRule);
SHORT_FORMS.set(personRuleOrExpression, [scalar, personRule, toldRule]);

/** An expression that names people or departments, and the effect of an empty result. */
function reference(empty: "leave" | "clear") {
  const long = z.strictObject({ value: text, empty: z.enum(["leave", "clear"]).default(empty) });
  const either = z.preprocess((value) => (typeof value === "string" ? { value } : value), long);
  SHORT_FORMS.set(either, [text, long]);
  return either;
}

const settings = z.record(key, scalar);

const groupRule = z.strictObject({
  /** Compared with the display name. `*`: any sequence of characters. `?`: one character. */
  match: text,
  to: z.enum(["department", "role", "nothing"]),
  /** Name of the role instead of the display name. */
  name: text.optional(),
  /** Path of the department above. */
  under: text.optional(),
  external: z.boolean().optional(),
  settings: settings.optional(),
});

const transferRule = z.strictObject({
  /** A path with `*` and `?`: of a department, or of one above it. The first matching rule applies. */
  match: text,
  /** `minimal`: the target gets only the required values of the people there. */
  transfer: z.enum(["full", "minimal"]),
  /** Attributes that are sent nevertheless. */
  keep: z.array(key).max(50).optional(),
});

const attributePath = z.strictObject({
  /**
   * One expression for each level, or one that gives a path or a list. Levels without a value are left out.
   */
  path: z.union([text, z.array(text).min(1).max(20)], {
    error: "must be an expression or a list of expressions",
  }),
  main: z.boolean().default(false),
  /** The department is for people of other organisations. */
  external: z.boolean().default(false),
  /** Expressions over the person: title and order in this department. */
  title: text.optional(),
  order: text.optional(),
  /**
   * An expression over the person with managers of the department. The results of all people in it are
   * joined.
   */
  managers: text.optional(),
  /**
   * Attributes of the department, over the person. If several people are in it, the one created first
   * decides.
   */
  settings: z.record(key, ruleOrExpression).default({}),
});

const departments = z.strictObject({
  from: z.enum(["groups", "attributes", "both"]).default("groups"),
  separator: z
    .string()
    .min(1)
    .max(3)
    .refine((value) => value.trim() !== "" && !value.includes("\\"), "must not be blank or hold a backslash")
    .default("/"),
  structure: z.enum(["path", "parent", "nested"]).default("path"),
  groups: z.array(groupRule).max(200).default([]),
  attributes: z.array(attributePath).max(20).default([]),
  /** An expression for the main department: id, externalId or path of a group. */
  main: text.optional(),
  /**
   * Entries of value (a department as in `main`), title, order and main: values that apply in one department.
   */
  positions: reference("leave").optional(),
  /**
   * Attributes of a department at the target, over the variables `group`, `department`, `external` and the
   * extensions of groups.
   */
  settings: z.record(key, ruleOrExpression).default({}),
  /**
   * Managers of a department, over the same variables: ids, externalIds or employee numbers. A department
   * that never had a named manager keeps those it has.
   */
  managers: reference("leave").optional(),
  /** Departments whose people are sent to the target with as few values as possible. */
  transfer: z.array(transferRule).max(200).optional(),
  /** Patterns of paths for external people. Departments below a match are external too. */
  external: z.array(text).max(200).default([]),
  /** The department for a person without any other, instead of the root. */
  default: text.optional(),
  /** The department for an external person without an external department. */
  externalDefault: text.optional(),
});

const inactive = z.strictObject({
  /** The treatment of a regular account whose person is not active. */
  regular: z.enum(["remove", "park", "keep"]).default("remove"),
  parkIn: text.optional(),
});

const sourceName = z.string().trim().min(1).max(200);
const order = z.array(sourceName).min(1).max(20);

const sources = z.strictObject({
  /** How records of several sources are matched, in this order. Without it records are never compared. */
  join: z
    .array(
      z
        .strictObject({
          by: z.enum(["employeeNumber", "userName", "email"]),
          /** `join`: without a question, if no other person has the value in either source. */
          decide: z.enum(["join", "propose"]).default("propose"),
        })
        .refine(
          ({ by, decide }) => decide === "propose" || by === "employeeNumber",
          "only employeeNumber may join automatically; use propose",
        ),
    )
    .min(1)
    .max(3)
    .optional(),
  /** The priority of sources: the first source with a value is used. */
  authority: z
    .strictObject({
      /** The order for all attributes that `attributes` does not name. */
      order: order.optional(),
      /** By attribute: `title`, `emails`, `phoneNumbers.mobile`, `enterprise.department`, `active`. */
      attributes: z.record(key, order).default({}),
    })
    .optional(),
  /** When a person has left whose sources disagree. */
  leaving: z.enum(["any", "all", "authoritative"]).optional(),
  named: z.record(sourceName, z.strictObject({ isolated: z.boolean().default(false) })).optional(),
});

const region = z
  .string()
  .transform((value) => value.toUpperCase())
  .refine(isRegion, "must be a region of ISO 3166 with a telephone plan, such as HK");

export const DEFAULT_ZONE = "Asia/Hong_Kong";
/** An expression over a person reads an attribute or calls a function. */
const LIKE_AN_EXPRESSION = /[.("'?[]/;

const hire = z.strictObject({
  /** Number of days before the day of hire when the person is created. */
  leadDays: z.number().int().min(0).max(90).default(0),
});

const leave = z.strictObject({
  /** The time on the last day when the person leaves, in their zone. */
  at: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be a time of the day from 00:00 to 24:00")
    .default("24:00"),
  /** The date that is the last day, if a worker has two. */
  day: z.enum(LAST_DAYS).default("earlier"),
  /** The effect of `active: false` before the last day. */
  inactive: z.enum(WHILE_INACTIVE).default("atOnce"),
});

export const mappingFile = z.strictObject({
  version: z.literal(1, { error: "must be 1, the version of this file format" }),
  /** The region of numbers without a country code. */
  region: region.default("HK"),
  /** The organisation at the target. */
  organisation: z.strictObject({ region: region.optional() }).optional(),
  /** A zone, or an expression over a person that gives the zone of their dates. */
  zone: text
    .refine(
      (zone) => isZone(zone) || LIKE_AN_EXPRESSION.test(zone),
      `must be a time zone such as ${DEFAULT_ZONE}`,
    )
    .default(DEFAULT_ZONE),
  /** False: dates of a worker have no effect. */
  dates: z.boolean().optional(),
  hire: hire.optional(),
  leave: leave.optional(),
  /** Additional variables: name → URN of the schema extension. */
  extensions: z
    .record(name, z.string().regex(/^urn:.{1,200}$/i, "must be the URN of a schema extension"))
    .default({}),
  tables: z.record(name, z.record(key, scalar)).default({}),
  trees: z.record(name, z.record(key, z.strictObject({ name: text, parent: key.optional() }))).default({}),
  person: z
    .record(
      z.string().regex(/^[A-Za-z]\w*(\..{1,100})?$/, "must be an attribute of the target"),
      personRuleOrExpression,
    )
    .default({}),
  /** An expression with entries of name and value. Each entry is an attribute `extension.<name>`. */
  customFields: text.optional(),
  manager: reference("clear").optional(),
  external: text.optional(),
  account: text.optional(),
  /** Whether the start checks the requirements of enterprise accounts. */
  enterpriseAccounts: z.boolean().default(false),
  /** The target's group of roles for the roles that groups become. */
  roleGroup: z.string().trim().min(1).max(64).default("SCIM"),
  departments: departments.prefault({}),
  inactive: inactive.prefault({}),
  /** Has no default, so that a file without it keeps its version. */
  sources: sources.optional(),
});

export type MappingFile = z.infer<typeof mappingFile>;
export type Rule = z.infer<typeof rule>;
export type PersonRule = z.infer<typeof personRule>;
export type TransferRule = z.infer<typeof transferRule>;
export type GroupRule = z.infer<typeof groupRule>;
