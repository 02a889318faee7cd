import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { unreachable } from "../../core/errors.ts";
import { quotedName } from "../../core/text/quoted-name.ts";
import type { GroupContent } from "../../directory/group.ts";
import type { UserContent } from "../../directory/user.ts";
import { isEmpty, isUnassigned, structureOf } from "../dialect-values.ts";
import { InvalidSyntax, InvalidValue } from "../errors.ts";
import { type Body, isObject } from "../json.ts";
import type { AttributeNames, AttributeSpec, ExtensionSpec, ResourceSchema } from "../schema/attributes.ts";
import { checkSchemas } from "../schema/claimed-schemas.ts";
import { isBelowSchema, isSchemaName, type Named, resolveName, unprefixed } from "../schema/path-name.ts";
import { groupResource, userResource } from "../schema/schemas.ts";
import { groupContent, userContent } from "./columns.ts";
import { finalizeDocument } from "./finalize.ts";
import { foreignValue, isForeignName } from "./foreign.ts";
import { readMembers } from "./members.ts";
import { keepingObserved } from "./observed.ts";
import { coercion, type JsonElement, nothingUnderstood } from "./values.ts";

/*
 * The only conversion of input: a checked body (scim/json.ts) becomes the document that is stored and
 * answered.
 * - readUser(body, current?) → UserContent: for POST, and for PUT with the document that it replaces
 * - readGroup(body) → { content, members }
 * - finalizeDocument(schema, document) → the document: also at the end of a PATCH
 * Names get the schema's spelling, and values stay unchanged. Read-only attributes, the password and unknown
 * attributes are ignored. Unknown extensions are kept. All reject with InvalidValue or InvalidSyntax and the
 * name of the attribute.
 */

/**
 * `current`: the document that a PUT replaces. Without `active` a PUT keeps its value (Okta omits it), and a
 * new user is active.
 */
export function readUser(body: Body, current?: JsonObject): UserContent {
  const { document } = readDocument(userResource, body);
  if (document.active === undefined) document.active = current?.active ?? true;
  return userContent(keepingObserved(document, current));
}

/** `members`: the given ids, each once. Undefined: the body does not mention them. */
export function readGroup(body: Body): {
  readonly content: GroupContent;
  readonly members: readonly string[] | undefined;
} {
  const { document, members } = readDocument(groupResource, body);
  return {
    content: groupContent(document),
    members: members === undefined || members === null ? undefined : readMembers(members),
  };
}

interface Reading {
  readonly schema: ResourceSchema;
  readonly document: JsonElement;
  /** Extensions that were given as a whole, with and without a schema, in lower case. */
  readonly extensions: Set<string>;
  /** As given. Members are rows and not part of the document. */
  members: unknown;
}

function readDocument(schema: ResourceSchema, body: Body): Reading {
  checkSchemas(body, schema.id, (urn) => isSchemaName(schema, urn));
  const reading: Reading = { schema, document: { schemas: [] }, extensions: new Set(), members: undefined };
  const others: string[] = [];
  for (const name of Object.keys(body)) {
    const spec = schema.attributes.get(name);
    if (spec !== undefined) readAttribute(reading, spec, body[name]);
    else if (name.includes(":")) readQualified(reading, name, body[name]);
    else others.push(name);
  }
  for (const name of others) readUnprefixed(reading, name, body[name]);
  finalizeDocument(schema, reading.document);
  return reading;
}

function readAttribute(reading: Reading, spec: AttributeSpec, value: unknown): void {
  if (spec.name === "members") {
    if (reading.members !== undefined) throw new InvalidSyntax("members is given twice");
    reading.members = value;
  } else if (isWritten(spec)) put(reading.document, spec.name, coercion(spec)(value));
}

const isWritten = ({ mutability }: AttributeSpec): boolean =>
  mutability !== "readOnly" && mutability !== "writeOnly";

/**
 * unprefixed-enterprise-names. What the extension itself says has priority, since some clients send both. A
 * value of another form belongs to an unknown attribute of the same name, and is ignored.
 */
function readUnprefixed({ schema, document }: Reading, name: string, value: unknown): void {
  const named = unprefixed(schema, name);
  if (named?.kind !== "attribute" || named.sub !== undefined || named.extension === undefined) return;
  const { extension, attribute } = named;
  const fits =
    attribute.type === "complex"
      ? isObject(value) && Object.keys(value).some((key) => attribute.sub.get(key) !== undefined)
      : typeof value === "string" || typeof value === "number";
  if (!fits) return;
  const present = document[extension.id] as JsonObject | undefined;
  if (present?.[attribute.name] === undefined)
    readExtension(document, extension, extension.attributes, { [attribute.name]: value });
}

/**
 * A name that begins with a URN: a whole schema of ours, an attribute of one, or an extension without a
 * schema.
 */
function readQualified(reading: Reading, name: string, value: unknown): void {
  const { schema, document } = reading;
  const extension = schema.extension(name);
  const named: Named | undefined = extension ? { kind: "extension", extension } : resolveName(schema, name);
  if (named === undefined) {
    // An unknown attribute of a schema of ours is not an extension.
    if (
      !isObject(value) ||
      Object.keys(value).length === 0 ||
      !isForeignName(name) ||
      isBelowSchema(schema, name)
    )
      return;
    noteExtension(reading, name);
    document[name] = foreignValue(value);
    return;
  }
  switch (named.kind) {
    case "core":
      readWhole(schema.id, schema.attributes, value, (spec, given) => readAttribute(reading, spec, given));
      break;
    case "extension":
      noteExtension(reading, named.extension.id);
      readExtension(document, named.extension, named.extension.attributes, value);
      break;
    case "attribute": {
      const given = named.sub === undefined ? value : { [named.sub.name]: value };
      if (named.extension === undefined) readAttribute(reading, named.attribute, given);
      else
        readExtension(document, named.extension, named.extension.attributes, {
          [named.attribute.name]: given,
        });
      break;
    }
    default:
      unreachable(named);
  }
}

function noteExtension({ extensions }: Reading, name: string): void {
  const lower = name.toLowerCase();
  if (extensions.has(lower)) throw new InvalidSyntax(`an extension is given twice${quotedName(name)}`);
  extensions.add(lower);
}

function readExtension(
  document: JsonElement,
  { id }: ExtensionSpec,
  attributes: AttributeNames,
  value: unknown,
): void {
  const holder: JsonElement = { ...(document[id] as JsonObject | undefined) };
  readWhole(id, attributes, value, (spec, given) => {
    if (isWritten(spec)) put(holder, spec.name, coercion(spec)(given));
  });
  if (Object.keys(holder).length > 0) document[id] = holder;
}

/** The value for a whole schema. Rejects a value without any known name. */
function readWhole(
  id: string,
  attributes: AttributeNames,
  value: unknown,
  take: (spec: AttributeSpec, given: unknown) => void,
): void {
  if (isUnassigned(value)) return;
  const names = structureOf(value, id);
  if (!isObject(names)) throw new InvalidValue(`${id} must be an object`);
  let known = false;
  let lost = false;
  for (const name of Object.keys(names)) {
    const spec = attributes.get(name);
    if (spec === undefined) {
      lost ||= !isEmpty(names[name]);
      continue;
    }
    known ||= !isEmpty(names[name]);
    take(spec, names[name]);
  }
  if (lost && !known) throw nothingUnderstood(id);
}

function put(document: JsonElement, name: string, value: JsonValue | undefined): void {
  if (value === undefined) return;
  if (Object.hasOwn(document, name)) throw new InvalidSyntax(`${name} is given twice`);
  document[name] = value;
}
