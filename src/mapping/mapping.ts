import type { JsonObject, JsonValue } from "../core/entity.ts";
import type { DateRules } from "../schedule/rules.ts";
import type { MappingNoteCode } from "./note-codes.ts";
import type { SourceRules } from "./sources.ts";

/*
 * The types of this room. Inputs: people and groups as SCIM documents. Results: flat attributes in the
 * target's words, department paths, references. Everything is data. Nothing in this room reads a clock, a
 * file or a network.
 */

/**
 * By the target's attribute name. An absent name is not managed; null clears the attribute. The same form as
 * Attributes of the room reconcile.
 */
export type MappedAttributes = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * When a value is sent. `always`: whenever it differs. `onCreate`: only with the create. `neverOverwrite`:
 * only while the target has no value.
 */
export type When = "always" | "onCreate" | "neverOverwrite";

/**
 * A part of a person's data that the rules could not use, for the operator. Has no values, which may be
 * personal data.
 */
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

/** The values of a person that apply in one department. */
export interface JobPosition {
  /** The department as the client wrote it: id, externalId or path of a group, or a path. */
  readonly reference: string;
  readonly title?: string;
  /** Position in the order of the people there. */
  readonly order?: number;
  readonly main: boolean;
}

/** Values of a department from a person's attributes. */
export interface StatedDepartment {
  readonly path: DepartmentPath;
  readonly title?: string;
  readonly order?: number;
  /** References to managers as the client wrote them. */
  readonly managers: readonly string[];
  /** Attributes of the department at the target. Undefined: no rule for them. */
  readonly settings: MappedAttributes | undefined;
}

export interface PersonMapping {
  readonly attributes: MappedAttributes;
  /** Only attributes that are not "always". */
  readonly when: Readonly<Record<string, Exclude<When, "always">>>;
  /**
   * The manager as the client wrote it (our id, an externalId or an employee number). Null: cleared. Absent:
   * not managed.
   */
  readonly manager?: string | null;
  /** Departments from attributes. Those from groups are not included. Sorted, without duplicates. */
  readonly departments: readonly DepartmentPath[];
  /** Those of `departments` that have more than a path. */
  readonly stated?: readonly StatedDepartment[];
  /** Absent: not managed. Empty: values in single departments are cleared. */
  readonly positions?: readonly JobPosition[];
  /** The main one of `departments`. */
  readonly mainDepartment?: DepartmentPath;
  /**
   * The main department as the client wrote it: id, externalId or path of a group, or a path from attributes.
   * Has priority over `mainDepartment`.
   */
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
  /**
   * Documents of the groups above, nearest first: by `parentReference` if the structure is "parent", by
   * membership if it is "nested".
   */
  readonly ancestors?: readonly JsonObject[];
}

export type GroupPlacement =
  | {
      readonly kind: "department";
      readonly path: DepartmentPath;
      /** Attributes of the department at the target. */
      readonly settings: MappedAttributes;
      readonly external: boolean;
      /**
       * Managers as the client wrote them: ids, externalIds or employee numbers. Absent: the group does not
       * name managers.
       */
      readonly managers?: readonly string[];
      readonly notes: readonly MappingNote[];
    }
  | { readonly kind: "role"; readonly name: string }
  | { readonly kind: "none"; readonly reason: NoPlace };

/**
 * `rule`: a rule or the group itself excludes it. `attributes`: this mapping takes departments only from
 * attributes.
 */
export type NoPlace = "rule" | "attributes" | "noName" | "tooDeep" | "cycle";

/** The origin of one attribute. */
export interface Explanation {
  readonly attribute: string;
  readonly sources: readonly { readonly path: string; readonly value: JsonValue }[];
  /** The expression as in the file. */
  readonly rule: string;
  /** Undefined: not managed. Null: cleared. */
  readonly result: JsonValue | undefined;
  readonly when: When;
  readonly note?: string;
}

/** The mapping's values for a department without a group. */
export interface DepartmentDescription {
  readonly settings: MappedAttributes;
  readonly managers?: readonly string[];
}

/** An attribute for which the target has authority while no source has written it for thirty days. */
export interface Authority {
  readonly attribute: string;
  /**
   * SCIM attributes that its rule reads, by the names of the history. Empty: no source has a value for it.
   */
  readonly reads: readonly string[];
}

export interface MappingSettings {
  /** The region of numbers without a country code. */
  readonly region: string;
  /** The region where the organisation is registered. DingTalk's form of some numbers depends on it. */
  readonly registeredIn: string;
  readonly zone: string;
  /** The target's group of roles for the roles that groups become. */
  readonly roleGroup: string;
  /** Whether the start checks the requirements of enterprise accounts. */
  readonly enterpriseAccounts: boolean;
  readonly from: "groups" | "attributes" | "both";
  readonly structure: "path" | "parent" | "nested";
  readonly separator: string;
  /** The treatment of a regular account whose person is not active. */
  readonly inactive: "remove" | "park" | "keep";
  /** The department for parked people. Set if `inactive` is "park". */
  readonly parkIn?: DepartmentPath;
  /** The department for a person without any other. Absent: the root. */
  readonly defaultDepartment?: DepartmentPath;
  /** The department for an external person without an external department. */
  readonly externalDefault?: DepartmentPath;
}

/**
 * A compiled mapping file. Pure: the same input has the same result. Nothing throws, whatever the documents
 * are, and everything ends within bounded steps.
 */
export interface Mapping {
  /**
   * First 12 hexadecimal digits of the SHA-256 of the file's meaning. Comments, order of keys and layout do
   * not count.
   */
  readonly version: string;
  /** Changes with the keys that decide who has left and what happens to a leaver. */
  readonly leaversVersion: string;
  readonly settings: MappingSettings;
  /** Rules that combine records of several sources. */
  readonly sources: SourceRules;
  readonly authorities: readonly Authority[];
  /** Rules for dates of a person. Undefined: dates have no effect. */
  readonly dates: DateRules | undefined;
  /** Changes when the effect of dates may change. */
  readonly datesVersion: string;
  /** Attributes of a person that the file sets, including the departments and the manager. */
  readonly personAttributes: readonly string[];
  person(input: PersonInput): PersonMapping;
  group(input: GroupInput): GroupPlacement;
  /** A department without a group, as if a group with its name existed. */
  department(path: DepartmentPath, external: boolean): DepartmentDescription;
  /**
   * The group's parent as its document names it (id, externalId or path of a group), if the structure needs
   * one.
   */
  parentReference(group: JsonObject): string | undefined;
  /**
   * Whether a department with this path is for external people: it, or one above it, matches the patterns of
   * the file.
   */
  isExternal(path: DepartmentPath): boolean;
  explain(input: PersonInput): readonly Explanation[];
}
