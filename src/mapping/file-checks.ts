import { isZone } from "../core/zone.ts";
import { isZoneTable } from "./dates.ts";
import { PERSON_EXTENSIONS } from "./extensions.ts";
import { AUTHORITIES, DEFAULT_ZONE, NOTHING_SENT } from "./file/file.ts";
import { type KnownVariables, unknownName } from "./file/known-names.ts";
import type { ParsedFile } from "./file/parse.ts";
import { type FileProblem, suggestion } from "./file/problem.ts";
import type { Path } from "./file/source-location.ts";

/* What a file may not say although its form is right: unknown names, zones and authorities. */

export function wrongAuthorities({ file, problemAtKey }: ParsedFile): readonly FileProblem[] {
  return Object.entries(file.person).flatMap(([name, { authority, value }]) => {
    if (authority === undefined) return [];
    const path: Path = ["person", name, "authority"];
    if (!(AUTHORITIES as readonly string[]).includes(name))
      return [problemAtKey(path, `only ${AUTHORITIES.join(", ")} may be DingTalk's`)];
    const isToldOnly = name === "avatar" || name === "activated";
    return isToldOnly && value !== NOTHING_SENT
      ? [problemAtKey(path, `${name} cannot be set: leave out the value`)]
      : [];
  });
}

export function unknownAttributes(
  { problemAtKey }: ParsedFile,
  path: Path,
  names: readonly string[],
  known: readonly string[] | undefined,
): readonly FileProblem[] {
  if (!known) return [];
  const isKnown = (name: string): boolean =>
    known.some((one) => (one.endsWith(".*") ? name.startsWith(one.slice(0, -1)) : one === name));
  return names
    .filter((name) => !isKnown(name))
    .map((name) =>
      problemAtKey([...path, name], `the target has no attribute ${name}${suggestion(name, known)}`),
    );
}

/**
 * Values that are not time zones: in a table that the zone is looked up in, and texts of the expression that
 * look like a zone.
 */
export function unknownZones({ file, problemAt }: ParsedFile): readonly FileProblem[] {
  const written = [...file.zone.matchAll(/["']([A-Z]\w+\/[\w/+-]+)["']/g)]
    .map(([, zone]) => zone!)
    .filter((zone) => !isZone(zone));
  const inRule = written.map((zone) =>
    problemAt(["zone"], `${zone} is not a time zone such as ${DEFAULT_ZONE}`),
  );
  const inTables = Object.entries(file.tables)
    .filter(([table]) => isZoneTable(file.zone, table))
    .flatMap(([table, entries]) =>
      Object.entries(entries)
        .filter(([, zone]) => !isZone(String(zone)))
        .map(([key]) => problemAt(["tables", table, key], `must be a time zone such as ${DEFAULT_ZONE}`)),
    );
  return [...inRule, ...inTables];
}

/** Attributes of the block `sources` that no document has. */
export function unknownAuthorities(
  { file, problemAtKey }: ParsedFile,
  known: KnownVariables | undefined,
): readonly FileProblem[] {
  const own = Object.keys(file.extensions);
  return Object.keys(file.sources?.authority?.attributes ?? {}).flatMap((name) => {
    const path: Path = ["sources", "authority", "attributes", name];
    const [first = "", part, ...more] = name.split(".");
    if (more.length > 0)
      return [
        problemAtKey(
          path,
          "must be an attribute, or one and a part of it: phoneNumbers.mobile, enterprise.manager",
        ),
      ];
    if (own.includes(first)) return [];
    const isExtension = Object.hasOwn(PERSON_EXTENSIONS, first);
    if (isExtension && part === undefined)
      return [problemAtKey(path, `names a whole extension: name its attributes, as ${first}.department`)];
    // The part of a list is a type, which clients may choose freely.
    const text =
      known && (isExtension ? unknownName(known, [first, part!]) : unknownName(known, ["user", first]));
    return text === undefined ? [] : [problemAtKey(path, text)];
  });
}
