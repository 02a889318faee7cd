/*
 * What each value is that the product keeps or handles. `public`: says nothing about a person beyond what an event's code and ids say. `personal`: about
 * a person who can be told from it. `secret`: gives power to whoever has it. docs/privacy.md is made of these tables.
 */

export const SENSITIVITIES = ["public", "personal", "secret"] as const;

export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Why a value is handled at all. */
export const PURPOSES = {
  identity: "tells people apart, and finds those who are in DingTalk already",
  name: "shown to colleagues",
  contact: "reaching the person",
  place: "place in the organisation",
  work: "what the person does",
  terms: "terms of employment, from which a mapping may decide",
  account: "the account, and how it is shown",
  client: "kept for the SCIM client, which gets back what it wrote",
  technical: "bookkeeping",
  structure: "the department tree",
  unused: "accepted because clients send it, and thrown away",
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

/** Undefined for what nobody has classified. `name`: `emails.value`, `manager.value`. */
export function classIn(classes: AttributeClasses, name: string): AttributeClass | undefined {
  if (Object.hasOwn(classes, name)) return classes[name];
  const parent = name.slice(0, Math.max(0, name.lastIndexOf(".")));
  const found = parent !== "" && Object.hasOwn(classes, parent) ? classes[parent] : undefined;
  // What stands below something public may still be about somebody.
  return found?.sensitivity === "public" ? undefined : found;
}
