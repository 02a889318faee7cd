import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { fold } from "../../core/text/fold.ts";
import type { GroupColumns, GroupContent } from "../../directory/group.ts";
import type { UserColumns, UserContent } from "../../directory/user.ts";
import { InvalidValue } from "../errors.ts";
import { isObject } from "../json.ts";
import { ENTERPRISE_SCHEMA } from "../schema/enterprise.ts";

/*
 * The typed columns of a document, for look-ups, uniqueness and references. Reject with InvalidValue if an
 * index cannot store the value.
 */

export const userContent = (document: JsonObject): UserContent => ({
  document,
  columns: userColumns(document),
});

export const groupContent = (document: JsonObject): GroupContent => ({
  document,
  columns: groupColumns(document),
});

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

/**
 * PostgreSQL's B-tree stores rows of up to 2,704 bytes. Folding can make a text much longer: U+FDFA becomes
 * eighteen characters.
 */
const MAX_INDEXED_BYTES = 2_000;
const ASCII = /^[ -~]*$/;

function indexed(name: string, value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  if (!ASCII.test(value) && Buffer.byteLength(fold(value)) > MAX_INDEXED_BYTES)
    throw new InvalidValue(`${name} is too long`);
  return value;
}
