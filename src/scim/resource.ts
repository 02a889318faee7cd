import type { JsonObject, JsonValue } from "../core/entity.ts";
import { fold } from "../core/fold.ts";
import type { GroupColumns, GroupContent } from "../directory/group.ts";
import type { UserColumns, UserContent } from "../directory/user.ts";
import type { AttributeNames, ResourceSchema } from "./attributes.ts";
import { isUnassigned } from "./dialect.ts";
import { InvalidSyntax, InvalidValue } from "./errors.ts";
import { type Body, isObject } from "./json.ts";
import { isBelowSchema } from "./path-name.ts";
import { readMembers } from "./resource-members.ts";
import { coercion, type JsonElement } from "./resource-values.ts";
import { ENTERPRISE_SCHEMA } from "./schema-enterprise.ts";
import { groupResource, userResource } from "./schemas.ts";

/*
 * The one pass on the way in: a checked body (json.ts) becomes the document that is stored and answered.
 *   readUser(body, current?)   → UserContent    POST, and PUT with the document it replaces
 *   readGroup(body)            → { content, members }
 *   userContent(document)      → UserContent    after a PATCH
 *   groupContent(document)     → GroupContent
 * Names get the schema's spelling; values stay as they came. Read-only attributes, the password and unknown attributes are passed over;
 * unknown extensions are kept. All reject with InvalidValue or InvalidSyntax, naming the attribute.
 */

/** `current`: the document a PUT replaces. Leaving out `active` keeps its value (Okta does), and makes a new user active. */
export function readUser(body: Body, current?: JsonObject): UserContent {
  const document = readDocument(userResource, body);
  if (document.active === undefined) document.active = current?.active ?? true;
  return userContent(document);
}

/** `members`: the ids given, each once; undefined when the body does not mention them. */
export function readGroup(body: Body): { readonly content: GroupContent; readonly members: readonly string[] | undefined } {
  const content = groupContent(readDocument(groupResource, body));
  const key = Object.keys(body).find((name) => groupResource.attributes.get(name)?.name === "members");
  return { content, members: key === undefined || body[key] === null ? undefined : readMembers(body[key]) };
}

export function userContent(document: JsonObject): UserContent {
  return { document, columns: userColumns(document) };
}

export function groupContent(document: JsonObject): GroupContent {
  return { document, columns: groupColumns(document) };
}

/** At most this many extensions we have no schema for, attributes in each, and characters in all of them as JSON. */
export const FOREIGN_LIMITS = { extensions: 10, attributes: 200, characters: 32_768 } as const;

function readDocument(schema: ResourceSchema, body: Body): JsonElement {
  const document: JsonElement = { schemas: [] };
  for (const name of Object.keys(body)) {
    const value = body[name];
    const spec = schema.attributes.get(name);
    if (spec !== undefined) {
      if (spec.mutability === "readOnly" || spec.mutability === "writeOnly" || spec.name === "members") continue;
      put(document, spec.name, coercion(spec)(value));
    } else if (name.includes(":")) {
      const extension = schema.extension(name);
      if (extension !== undefined) put(document, extension.id, readExtension(extension.id, extension.attributes, value));
      else if (isForeignExtension(schema, name, value)) put(document, name, value as JsonValue);
    }
  }
  return finished(schema, document);
}

function put(document: JsonElement, name: string, value: JsonValue | undefined): void {
  if (value === undefined) return;
  if (Object.hasOwn(document, name)) throw new InvalidSyntax(`${isForeignName(name) ? "an extension" : name} is given twice`);
  document[name] = value;
}

function readExtension(id: string, attributes: AttributeNames, value: unknown): JsonObject | undefined {
  if (isUnassigned(value)) return undefined;
  if (!isObject(value)) throw new InvalidValue(`${id} must be an object`);
  const result: JsonElement = {};
  for (const name of Object.keys(value)) {
    const spec = attributes.get(name);
    if (spec === undefined || spec.mutability === "readOnly") continue;
    put(result, spec.name, coercion(spec)(value[name]));
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

const FOREIGN_NAME = /^(urn:[a-z0-9][a-z0-9-]{0,31}:|https?:\/\/)[!-~]{1,240}$/i;

/** Whether a name could be the URI of an extension. */
export const isForeignName = (name: string): boolean => name.length <= 255 && FOREIGN_NAME.test(name);

/** A name below the URN of a schema of ours (`urn:…:2.0:User:manager`) is an attribute of it, which a body has inside that schema; it is no extension. */
function isForeignExtension(schema: ResourceSchema, name: string, value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0 && isForeignName(name) && !isBelowSchema(schema, name);
}

/**
 * Completes a document: `schemas` lists what is really in it, required attributes are there, foreign extensions keep to their limits.
 * Changes and answers the object it is given.
 */
export function finished(schema: ResourceSchema, document: JsonElement): JsonElement {
  for (const spec of schema.attributes.all) {
    if (spec.required && spec.mutability !== "readOnly" && document[spec.name] === undefined)
      throw new InvalidValue(`${spec.name} is required`);
  }
  const extensions = Object.keys(document).filter((name) => name.includes(":"));
  refuseTooMuchForeign(schema, document);
  const foreign = extensions.filter((name) => schema.extension(name) === undefined).map((name) => document[name]);
  if (foreign.length > 0 && JSON.stringify(foreign).length > FOREIGN_LIMITS.characters) {
    throw new InvalidValue(`extensions without a schema hold more than ${FOREIGN_LIMITS.characters} characters`);
  }
  document.schemas = [schema.id, ...extensions];
  return document;
}

/** The limits that keep the work small while a document grows under many operations. */
export function refuseTooMuchForeign(schema: ResourceSchema, document: JsonObject): void {
  let extensions = 0;
  for (const name of Object.keys(document)) {
    if (!name.includes(":") || schema.extension(name) !== undefined) continue;
    extensions += 1;
    if (extensions > FOREIGN_LIMITS.extensions)
      throw new InvalidValue(`more than ${FOREIGN_LIMITS.extensions} extensions without a schema`);
    if (Object.keys(document[name] as JsonObject).length > FOREIGN_LIMITS.attributes) {
      throw new InvalidValue(`an extension without a schema has more than ${FOREIGN_LIMITS.attributes} attributes`);
    }
  }
}

/* ---- Typed columns ---- */

function userColumns(document: JsonObject): UserColumns {
  const enterprise = objectAt(document, ENTERPRISE_SCHEMA);
  const emails = Array.isArray(document.emails) ? document.emails.filter(isObject) : [];
  const values = emails.map((email) => indexed("emails.value", email.value as JsonValue | undefined));
  const displayName = indexed("displayName", document.displayName);
  const externalId = indexed("externalId", document.externalId);
  const employeeNumber = indexed("employeeNumber", enterprise?.employeeNumber);
  const managerRef = indexed("manager.value", objectAt(enterprise, "manager")?.value);
  return {
    userName: indexed("userName", document.userName) ?? "",
    active: document.active !== false,
    ...(displayName === undefined ? {} : { displayName }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(employeeNumber === undefined ? {} : { employeeNumber }),
    ...(managerRef === undefined ? {} : { managerRef }),
    emails: values.filter((value) => value !== undefined),
  };
}

function groupColumns(document: JsonObject): GroupColumns {
  const externalId = indexed("externalId", document.externalId);
  return {
    displayName: indexed("displayName", document.displayName) ?? "",
    ...(externalId === undefined ? {} : { externalId }),
  };
}

function objectAt(holder: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = holder?.[name];
  return isObject(value) ? (value as JsonObject) : undefined;
}

/** PostgreSQL's B-tree takes rows of up to 2,704 bytes, and folding can make text much longer: U+FDFA becomes eighteen characters. */
const MAX_INDEXED_BYTES = 2_000;
const ASCII = /^[ -~]*$/;

function indexed(name: string, value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  if (!ASCII.test(value) && Buffer.byteLength(fold(value)) > MAX_INDEXED_BYTES) throw new InvalidValue(`${name} is too long`);
  return value;
}
