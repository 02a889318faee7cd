import type { Attributes } from "./target-values.ts";

/**
 * How groups state the tree: by paths in their names, by the name of a parent, or by groups as members of
 * groups.
 */
export type Structure = "path" | "parent" | "nested";

/** A level of a department path, from the top down. */
export interface PathLevel {
  readonly name: string;
  /** Siblings with the same key would have one name at the target. Absent: the name is compared. */
  readonly nameKey?: string;
  /**
   * The id of an organisation, where an attribute names one. Then this id and not the name identifies the
   * department.
   */
  readonly key?: string;
  /** For people of other organisations. They never share a department with our own people. */
  readonly external: boolean;
  /** Settings from the mapping for a department without a group. */
  readonly settings: Attributes;
}

export type GroupTarget =
  /**
   * The settings of the last level are those of the group. `managers`: references as the client wrote them;
   * absent: the group does not name managers.
   */
  | {
      readonly kind: "department";
      readonly path: readonly PathLevel[];
      readonly managers?: readonly string[];
    }
  | { readonly kind: "role"; readonly name: string }
  /**
   * `mistaken`: the data of the source are wrong. The department or role that the group has stays until the
   * source corrects them.
   */
  | { readonly kind: "none"; readonly reason: string; readonly mistaken?: boolean };

export interface AttributeDepartment {
  readonly path: readonly PathLevel[];
  readonly main: boolean;
  /** Managers of the department from the person's attributes. Absent: they do not name managers. */
  readonly managers?: readonly string[];
  /**
   * Settings of the last level from the person's attributes. Absent: they have none, and the level uses its
   * own.
   */
  readonly settings?: Attributes;
}
