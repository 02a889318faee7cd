import { PERSON_EXTENSIONS } from "./extensions.ts";
import type { MappingFile } from "./file/file.ts";
import { versionOf } from "./file/version.ts";

/*
 * The block `sources` of the mapping file: when records of several sources are one person, and which source
 * has priority.
 */

/** The attributes by which a record may belong to an existing person. */
const JOIN_KEYS = ["employeeNumber", "userName", "email"] as const;
export type JoinKey = (typeof JOIN_KEYS)[number];

/**
 * When a person leaves. `any`: when one source says so. `all`: when all sources say so. `authoritative`: when
 * the first source of `active` says so.
 */
const LEAVING_RULES = ["any", "all", "authoritative"] as const;
export type LeavingRule = (typeof LEAVING_RULES)[number];

export interface SourceRules {
  /** In this order. Empty: records are never compared. */
  readonly join: readonly { readonly by: JoinKey; readonly decide: "join" | "propose" }[];
  /** Names of sources by priority. A source that is not named comes after them, by its name. */
  readonly order: readonly string[];
  /** The order for single attributes: `title`, `emails`, `phoneNumbers.mobile`, `enterprise.department`. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly leaving: LeavingRule;
  /** Sources whose records are never joined. */
  readonly isolated: ReadonlySet<string>;
  /** By URN: the name of an extension in `attributes`. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Changes when the result for a person may change. */
  readonly version: string;
}

export function sourceRules({
  sources,
  extensions,
}: Pick<MappingFile, "sources" | "extensions">): SourceRules {
  const { join = [], authority = { attributes: {} }, leaving = "any", named = {} } = sources ?? {};
  return {
    join,
    order: authority.order ?? [],
    attributes: new Map(Object.entries(authority.attributes)),
    leaving,
    isolated: new Set(Object.keys(named).filter((name) => named[name]!.isolated)),
    extensions: new Map([
      ...Object.entries(PERSON_EXTENSIONS).flatMap(([name, urns]) => urns.map((urn) => [urn, name] as const)),
      ...Object.entries(extensions).map(([name, urn]) => [urn, name] as const),
    ]),
    version: versionOf({ authority, leaving, extensions }),
  };
}

/** Names of sources in the block, without duplicates. */
export const namedSources = ({ order, attributes, isolated }: SourceRules): readonly string[] =>
  [...new Set([...order, ...[...attributes.values()].flat(), ...isolated])].sort();

/** The rules of a mapping without the block. */
export const NO_SOURCE_RULES: SourceRules = sourceRules({ extensions: {} });
