/*
 * The class of each value that the product stores or handles. `public`: says no more about a person than an
 * event's code and ids. `personal`: about an identifiable person. `secret`: gives access to anybody who has
 * it. docs/privacy.md is generated from these tables.
 */

export const SENSITIVITIES = ["public", "personal", "secret"] as const;

export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Why a value is handled at all. */
export const PURPOSES = {
  identity: "identifies a person, and finds their account in DingTalk",
  name: "shown to colleagues",
  contact: "reaching the person",
  place: "place in the organisation",
  work: "what the person does",
  terms: "terms of employment, for the conditions of a mapping",
  account: "the account and its display",
  client: "stored for the SCIM client, which reads back what it wrote",
  technical: "bookkeeping",
  structure: "the department tree",
  unused: "accepted because clients send it, but not stored",
} as const;

export type Purpose = keyof typeof PURPOSES;

export interface AttributeClass {
  readonly sensitivity: Sensitivity;
  readonly purpose: Purpose;
  /** Of a SCIM attribute: the DingTalk attributes that the built-in mapping makes of it. */
  readonly sentAs?: readonly string[];
}

/** By full name; a sub-attribute that is not named is as its parent. */
export type AttributeClasses = Readonly<Record<string, AttributeClass>>;

const as =
  (sensitivity: Sensitivity) =>
  (purpose: Purpose, ...sentAs: readonly string[]): AttributeClass => ({
    sensitivity,
    purpose,
    ...(sentAs.length > 0 ? { sentAs } : {}),
  });

export const open = as("public");
export const personal = as("personal");
export const secret = as("secret");

/** Undefined: not classified. `name`: `emails.value`, `manager.value`. */
export function classIn(classes: AttributeClasses, name: string): AttributeClass | undefined {
  if (Object.hasOwn(classes, name)) return classes[name];
  const parent = name.slice(0, Math.max(0, name.lastIndexOf(".")));
  const found = parent !== "" && Object.hasOwn(classes, parent) ? classes[parent] : undefined;
  // A sub-attribute of a public attribute may still be personal.
  return found?.sensitivity === "public" ? undefined : found;
}
