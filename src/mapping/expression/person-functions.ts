import { isZone } from "../../core/zone.ts";
import { DEFAULT_ZONE } from "../file/file.ts";
import { dateToMs } from "./date.ts";
import { joinName, splitName } from "./person-name.ts";
import { isRegion, readablePhone, readPhone } from "./phone.ts";
import type { Note, Registry } from "./registry.ts";
import { asText, EMPTY, member, typedEntry } from "./scim-values.ts";

/* Functions for values of a person: numbers, addresses, names and dates. */

export function registerPeople({ register, note }: Registry, ownRegion: string): void {
  register("phone", (value, region) => phone(value, region, ownRegion, note), 1, 2);
  register("readablePhone", (value) => readablePhone(asText(value)), 1);
  register(
    "phoneOf",
    (user, type) => member(typedEntry(member(user, "phoneNumbers"), asText(type)), "value"),
    2,
  );
  register("emailOf", (user, type) => member(typedEntry(member(user, "emails"), asText(type)), "value"), 2);
  register("addressOf", (user, type) => typedEntry(member(user, "addresses"), asText(type)) ?? EMPTY, 2);

  register(
    "fullName",
    (name) =>
      joinName({ given: asText(member(name, "givenName")), family: asText(member(name, "familyName")) }),
    1,
  );
  const split = (text: unknown, order: unknown): unknown => ({
    ...splitName(
      asText(text).slice(0, 1_000),
      asText(order) === "familyFirst" ? "familyFirst" : "givenFirst",
    ),
  });
  register("splitName", split, 1, 2);
}

export function registerDates({ register, note }: Registry, fileZone: string): void {
  // If the zone depends on the person, a date that is only displayed is in the default zone.
  const zoneOfFile = isZone(fileZone) ? fileZone : DEFAULT_ZONE;
  const dateMs = (value: unknown, zone: unknown): unknown => {
    const text = asText(value);
    if (text === "") return EMPTY;
    const inZone = zone === undefined ? zoneOfFile : asText(zone);
    if (!isZone(inZone)) return note("unknownZone", `${inZone} is not a time zone`);
    const ms = dateToMs(text.slice(0, 64), inZone);
    return ms === undefined
      ? note("dateNotUnderstood", "the value is not an ISO 8601 date or time")
      : BigInt(ms);
  };
  register("dateMs", dateMs, 1, 2);
}

function phone(value: unknown, region: unknown, ownRegion: string, note: Note): unknown {
  const number = asText(value);
  if (number === "") return EMPTY;
  const inRegion = region === undefined ? ownRegion : asText(region).toUpperCase();
  if (!isRegion(inRegion)) note("unknownRegion", `${inRegion} is not a region with a telephone plan`);
  const reading = readPhone(number, inRegion);
  if ("number" in reading) return reading.number;
  if (reading.elsewhere.length === 0)
    note("phoneNotUnderstood", "the number is not one that can exist, so it is passed on as it came");
  else
    note(
      "phoneOfAnotherRegion",
      `without a country code it is no number of ${inRegion} but of ${reading.elsewhere.join(", ")}`,
    );
  return number;
}
