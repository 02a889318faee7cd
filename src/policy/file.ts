import { z } from "zod";

/* The shape of a policy file. Every object is strict, so that a key nobody reads is an error and not a rule that silently does nothing. */

const MAX_TEXT = 2_000;
const MAX_ENTRIES = 1_000;
const text = z.string().trim().min(1).max(MAX_TEXT);
const texts = z.array(text).max(MAX_ENTRIES);
/** Job numbers and ids are often written without quotes. */
const numbers = z
  .array(z.union([text, z.number().int()], { error: "must be a text or a whole number" }).transform(String))
  .max(MAX_ENTRIES);

const count = z.number("must be a whole number").int("must be a whole number").min(0).max(10_000_000);
const percent = z.number("must be a number of percent").min(0, "must be from 0 to 100").max(100, "must be from 0 to 100");

const budget = (atLeast: number, share: number) =>
  z.strictObject({ atLeast: count.default(atLeast), percent: percent.default(share) }).prefault({});
const share = (people: number, part: number) =>
  z.strictObject({ people: count.min(1, "must be at least 1").default(people), percent: percent.default(part) }).prefault({});

const adoption = z.enum(["link", "propose", "never"]);
const strong = adoption.default("propose");
/** A mobile number alone, or a name alone, is no proof: a person decides. */
const weak = adoption
  .refine((value) => value !== "link", "must be propose or never: this tier is too weak to link by itself")
  .default("propose");

export const policyFile = z.strictObject({
  version: z.literal(1, { error: "must be 1, the version of this file format" }),
  scope: z
    .strictObject({
      /** Display names of groups; `*` any run of characters, `?` one. */
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
    })
    .prefault({}),
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
      /** An expression over the person: the userid they have at the target. */
      userid: text.optional(),
      people: z.strictObject({ 1: strong, 2: strong, 3: strong, 4: strong, 5: weak, 6: weak }).prefault({}),
      departments: z.strictObject({ 1: strong, 2: strong }).prefault({}),
    })
    .prefault({}),
});

export type PolicyFile = z.output<typeof policyFile>;
