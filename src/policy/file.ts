import { z } from "zod";

/*
 * The form of a policy file. All objects are strict: an unknown key is an error, not a rule without effect.
 */

const MAX_TEXT = 2_000;
const MAX_ENTRIES = 1_000;
const text = z.string().trim().min(1).max(MAX_TEXT);
const texts = z.array(text).max(MAX_ENTRIES);
/** Job numbers and ids are often written without quotes. */
const numbers = z
  .array(z.union([text, z.number().int()], { error: "must be a text or a whole number" }).transform(String))
  .max(MAX_ENTRIES);

const count = z.number("must be a whole number").int("must be a whole number").min(0).max(10_000_000);
const percent = z
  .number("must be a number of percent")
  .min(0, "must be from 0 to 100")
  .max(100, "must be from 0 to 100");

const budget = (atLeast: number, share: number) =>
  z.strictObject({ atLeast: count.default(atLeast), percent: percent.default(share) }).prefault({});
const share = (people: number, part: number) =>
  z
    .strictObject({
      people: count.min(1, "must be at least 1").default(people),
      percent: percent.default(part),
    })
    .prefault({});

const adoption = z.enum(["link", "propose", "never"]);
const strong = adoption.default("propose");
/** A mobile number alone, or a name alone, is no proof, so a person decides. */
const weak = adoption
  .refine(
    (value) => value !== "link",
    "must be propose or never: this tier is too weak to link automatically",
  )
  .default("propose");

/** The maximum grace. */
const MAX_GRACE_DAYS = 365;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const NO_DURATION = "must be 0, or a whole number with m, h or d for minutes, hours or days, such as 24h";

/** In milliseconds. */
const duration = z
  .union([z.literal(0), z.string()], { error: NO_DURATION })
  .transform((value, context): number => {
    const [, count, unit] = /^(\d{1,6})(m|h|d)$/.exec(String(value)) ?? [];
    if (value === 0 || value === "0") return 0;
    const ms = Number(count) * (UNIT_MS[unit as keyof typeof UNIT_MS] ?? Number.NaN);
    const message = Number.isNaN(ms)
      ? NO_DURATION
      : ms > MAX_GRACE_DAYS * UNIT_MS.d
        ? `must be at most ${MAX_GRACE_DAYS}d`
        : undefined;
    if (message === undefined) return ms;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const graces = z.strictObject({
  regular: duration.default(0),
  enterprise: duration.default(0),
  /**
   * Says that leavers with a regular account intentionally keep their access during the grace. Has no
   * default, because a missing value says nothing.
   */
  keepsAccess: z.boolean("must be true or false").optional(),
});

export const policyFile = z.strictObject({
  version: z.literal(1, { error: "must be 1, the version of this file format" }),
  scope: z
    .strictObject({
      /** Display names of groups. `*`: any sequence of characters. `?`: one character. */
      groups: texts.min(1).optional(),
      /** A condition over the person. */
      where: text.optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      peopleRemoved: budget(5, 2),
      departmentsRemoved: budget(3, 2),
      departmentEmptied: share(10, 50),
      attributeBlanked: share(20, 20),
      sourceCollapsed: z
        .strictObject({
          people: count.min(1, "must be at least 1").default(20),
          percent: percent.default(50),
          silentHours: count.default(72),
        })
        .prefault({}),
    })
    .prefault({}),
  /** The time before a leaver is removed: for all, or for each kind of account. */
  grace: z.preprocess(
    (value) =>
      typeof value === "string" || typeof value === "number"
        ? { regular: value, enterprise: duration.safeParse(value).success ? value : 0 }
        : value,
    graces.prefault({}),
  ),
  leaver: z
    .strictObject({
      /** Absent: the mapping decides; with a grace `remove` replaces `park`. */
      regular: z.enum(["remove", "park", "keep"]).optional(),
      /** Absent: `disable`; with a grace `remove`. */
      enterprise: z.enum(["disable", "remove"]).optional(),
      /** Absent: nothing is handed over. */
      handOver: z
        .strictObject({
          to: z.literal("manager", { error: "must be manager" }),
          /** Userid of the person who takes over from people without a manager. */
          otherwise: text.optional(),
          /** Id of a reason for leaving at the target. */
          reason: z
            .union([text, z.number().int()], { error: "must be a text or a whole number" })
            .transform(String),
        })
        .optional(),
    })
    .prefault({}),
  /** Absent: every address is allowed. */
  accounts: z
    .strictObject({
      /**
       * Domains of e-mail addresses that an account may have. `*`: any characters; `*.example.com` are
       * subdomains.
       */
      domains: z
        .array(text.regex(/^[^@\s]+$/, "must be a domain without @, such as example.com"))
        .min(1)
        .max(MAX_ENTRIES),
    })
    .optional(),
  protect: z
    .strictObject({
      userid: numbers.default([]),
      job_number: numbers.default([]),
      /** With the country code. */
      mobile: numbers.default([]),
      /** A condition over the person. */
      where: text.optional(),
    })
    .prefault({}),
  adopt: z
    .strictObject({
      /** An expression over the person: their userid at the target. */
      userid: text.optional(),
      people: z.strictObject({ 1: strong, 2: strong, 3: strong, 4: strong, 5: weak, 6: weak }).prefault({}),
      departments: z.strictObject({ 1: strong, 2: strong }).prefault({}),
    })
    .prefault({}),
});

export type PolicyFile = z.output<typeof policyFile>;
