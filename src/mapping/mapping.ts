import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { DateRules } from "../schedule/rules.ts";
import type { MappingNoteCode } from "./note-codes.ts";
import type { SourceRules } from "./sources.ts";

/*
 * The words of this room: what goes in (people and groups as SCIM documents) and what comes out (flat attributes in the target's words,
 * department paths, references). Everything here is data; nothing in this room reads a clock, a file or a network.
 */

/** By the target's attribute name. An absent name is not managed, null clears the attribute. Same shape as the reconcile room's Attributes. */
export type MappedAttributes = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** When a value may be sent: every time, only with the create, or only while the target has none. */
export type When = "always" | "onCreate" | "neverOverwrite";

/** Something the rules could not make of the person, for the operator. Names no values, which may be personal. */
export interface MappingNote {
  readonly attribute: string;
  readonly code: MappingNoteCode;
  readonly text: string;
}

export interface PersonInput {
  /** The SCIM document, extensions under their URN, with `id` and `active`. */
  readonly user: JsonObject;
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
}

export type Account = "regular" | "sso" | "dingtalk";

/** What holds for a person in one department only. */
export interface JobPosition {
  /** The department as the client named it: id, externalId or path of a group, or a path. */
  readonly reference: string;
  readonly title?: string;
  /** Place among the people there. */
  readonly order?: number;
  readonly main: boolean;
}

/** What a person's attributes say of a department that follows from them. */
export interface StatedDepartment {
  readonly path: DepartmentPath;
  readonly title?: string;
  readonly order?: number;
  /** Managers as the client names people. */
  readonly managers: readonly string[];
  /** Attributes of the department in the target; undefined when no rule speaks of them. */
  readonly settings: MappedAttributes | undefined;
}

export interface PersonMapping {
  readonly attributes: MappedAttributes;
  /** Only the attributes that are not "always". */
  readonly when: Readonly<Record<string, Exclude<When, "always">>>;
  /** The manager as the client named them (our id, an externalId or an employee number); null: to be cleared; absent: left alone. */
  readonly manager?: string | null;
  /** Departments that follow from attributes; those that follow from groups are the groups' own. Sorted, no two equal. */
  readonly departments: readonly DepartmentPath[];
  /** Those of `departments` of which more is said than their path. */
  readonly stated?: readonly StatedDepartment[];
  /** Absent: left alone; empty: what is there by department is cleared. */
  readonly positions?: readonly JobPosition[];
  /** The one of `departments` that is the main one. */
  readonly mainDepartment?: DepartmentPath;
  /** The main department as the client named it: id, externalId or path of a group, or a path by attributes. Comes before `mainDepartment`. */
  readonly mainDepartmentReference?: string;
  readonly external: boolean;
  readonly account: Account;
  readonly notes: readonly MappingNote[];
}

/** Names from the top down. */
export type DepartmentPath = readonly string[];

export interface GroupInput {
  /** The SCIM document with `id` and `displayName`. */
  readonly group: JsonObject;
  /** Documents of the groups above, nearest first: by `parentReference` where the structure is "parent", by membership where it is "nested". */
  readonly ancestors?: readonly JsonObject[];
}

export type GroupPlacement =
  | {
      readonly kind: "department";
      readonly path: DepartmentPath;
      /** Attributes of the department in the target. */
      readonly settings: MappedAttributes;
      readonly external: boolean;
      /** Managers as the client names people: ids, externalIds or employee numbers. Absent: nothing is said of them. */
      readonly managers?: readonly string[];
      readonly notes: readonly MappingNote[];
    }
  | { readonly kind: "role"; readonly name: string }
  | { readonly kind: "none"; readonly reason: NoPlace };

/** `rule`: a rule or the group itself says so; `attributes`: this mapping takes departments from attributes only. */
export type NoPlace = "rule" | "attributes" | "noName" | "tooDeep" | "cycle";

/** How one attribute came about. */
export interface Explanation {
  readonly attribute: string;
  readonly sources: readonly { readonly path: string; readonly value: JsonValue }[];
  /** The expression as written in the file. */
  readonly rule: string;
  /** Undefined: left alone; null: to be cleared. */
  readonly result: JsonValue | undefined;
  readonly when: When;
  readonly note?: string;
}

/** What the mapping says of a department that no group stands for. */
export interface DepartmentDescription {
  readonly settings: MappedAttributes;
  readonly managers?: readonly string[];
}

/** An attribute of which the target is right once no source has written it for a while. */
export interface Authority {
  readonly attribute: string;
  /** Attributes of SCIM, as the history names them, that its rule reads; empty: no source can have an opinion. */
  readonly reads: readonly string[];
}

export interface MappingSettings {
  /** Of numbers without a country code. */
  readonly region: string;
  /** Where the organisation is registered: that decides how DingTalk wants some numbers written. */
  readonly registeredIn: string;
  readonly zone: string;
  /** Where the target keeps the roles that groups become. */
  readonly roleGroup: string;
  /** Whether the start demands what accounts of the organisation need. */
  readonly enterpriseAccounts: boolean;
  readonly from: "groups" | "attributes" | "both";
  readonly structure: "path" | "parent" | "nested";
  readonly separator: string;
  /** What becomes of a regular account when its person is not active. */
  readonly inactive: "remove" | "park" | "keep";
  /** The department for people who are parked; given when `inactive` is "park". */
  readonly parkIn?: DepartmentPath;
  /** Where anybody else goes who is in no department; without it, the root. */
  readonly defaultDepartment?: DepartmentPath;
  /** Where an external person goes who is in no external department. */
  readonly externalDefault?: DepartmentPath;
}

/** A mapping file, compiled. All of it is pure: same input, same output; nothing throws, whatever JSON the documents are; everything ends soon. */
export interface Mapping {
  /** First 12 hexadecimal digits of the SHA-256 of the file's meaning: comments, order of keys and layout do not count. */
  readonly version: string;
  readonly settings: MappingSettings;
  /** When records are one person, and what they come to. */
  readonly sources: SourceRules;
  readonly authorities: readonly Authority[];
  /** What dates of a person mean; undefined where they have no effect. */
  readonly dates: DateRules | undefined;
  /** Changes when what dates mean may change. */
  readonly datesVersion: string;
  /** Attributes of a person that the file sets, the departments and the manager among them. */
  readonly personAttributes: readonly string[];
  person(input: PersonInput): PersonMapping;
  group(input: GroupInput): GroupPlacement;
  /** A department known by its path only, as if a group of that name stood for it. */
  department(path: DepartmentPath, external: boolean): DepartmentDescription;
  /** The group's parent as its own document names it (id, externalId or path of a group), where the structure asks for one. */
  parentReference(group: JsonObject): string | undefined;
  /** Whether a department of this path is for external people: it or one above it matches the patterns of the file. */
  isExternal(path: DepartmentPath): boolean;
  explain(input: PersonInput): readonly Explanation[];
}
