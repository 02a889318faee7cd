import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { UserContent } from "../directory/user.ts";
import { checkedBody } from "../scim/json.ts";
import { readUser } from "../scim/resource/resource.ts";
import { ENTERPRISE_SCHEMA } from "../scim/schema/enterprise.ts";
import { WORKDAY_SCHEMA } from "../scim/schema/workday.ts";
import type { PersonRecord } from "./person.ts";

/**
 * The content of the person: the directory's values, replaced by those of the record. Rejects as SCIM does
 * (scim/errors.ts), with the name of the attribute.
 */
export function contentOf(
  { key, userName, active, values }: PersonRecord,
  current: JsonObject = {},
): UserContent {
  const { schemas: _, ...kept } = current;
  const document: Record<string, JsonValue> = { ...kept, externalId: key, userName, active };
  put(document, "displayName", values.displayName);
  put(document, "title", values.title);
  const name: Record<string, JsonValue> = { ...(current["name"] as JsonObject | undefined) };
  put(name, "givenName", values.givenName);
  put(name, "familyName", values.familyName);
  document["name"] = name;
  document["emails"] = withTyped(current["emails"], "work", values.email);
  document["phoneNumbers"] = withTyped(
    withTyped(current["phoneNumbers"], "mobile", values.mobile),
    "work",
    values.telephone,
  );
  const enterprise: Record<string, JsonValue> = { ...(current[ENTERPRISE_SCHEMA] as JsonObject | undefined) };
  put(enterprise, "employeeNumber", values.employeeNumber);
  put(enterprise, "costCenter", values.costCenter);
  if (values.manager === "") delete enterprise["manager"];
  else if (
    values.manager !== undefined &&
    values.manager !== (enterprise["manager"] as JsonObject | undefined)?.["value"]
  )
    enterprise["manager"] = { value: values.manager };
  document[ENTERPRISE_SCHEMA] = enterprise;
  const worker: Record<string, JsonValue> = { ...(current[WORKDAY_SCHEMA] as JsonObject | undefined) };
  for (const field of ["location", "hireDate", "terminationDate", "lastDayOfWork"] as const)
    put(worker, field, values[field]);
  document[WORKDAY_SCHEMA] = worker;
  for (const [attribute, value] of Object.entries(document)) if (isNothing(value)) delete document[attribute];
  return readUser(checkedBody(document), current);
}

function put(holder: Record<string, JsonValue>, name: string, text: string | undefined): void {
  if (text === undefined) return;
  if (text === "") delete holder[name];
  else holder[name] = text;
}

const isNothing = (value: JsonValue | undefined): boolean =>
  value === undefined ||
  (Array.isArray(value)
    ? value.length === 0
    : typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The list with one value of this type. The others stay. */
function withTyped(list: JsonValue | undefined, type: string, text: string | undefined): JsonValue {
  const entries = (Array.isArray(list) ? list : []) as readonly JsonObject[];
  if (text === undefined) return entries;
  const others = entries.filter((entry) => entry["type"] !== type);
  if (text === "") return others;
  const own = entries.find((entry) => entry["type"] === type);
  return own
    ? entries
        .filter((entry) => entry["type"] !== type || entry === own)
        .map((entry) => (entry === own ? { ...own, value: text } : entry))
    : [...others, { type, value: text }];
}
