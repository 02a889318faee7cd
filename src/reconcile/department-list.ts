import type { SyncState } from "./run/end/run-end.ts";

/** A department of the desired tree. */
export interface DepartmentNode {
  readonly id: string;
  readonly name: string;
  /** Names from the top down, including its own. */
  readonly path: readonly string[];
  /** The number of departments directly below it. */
  readonly children: number;
  /** Unset before its first run. */
  readonly state?: SyncState;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly remoteId?: string;
}

export interface DepartmentList {
  /**
   * Departments by name: those directly below `parent` (absent: those at the top), or those of the whole tree
   * whose name contains `text`. `after`: the id of the last department of the previous page.
   */
  list(query: {
    readonly parent?: string;
    readonly text?: string;
    readonly after?: string;
    readonly count: number;
  }): Promise<{ readonly departments: readonly DepartmentNode[]; readonly next?: string }>;
}
