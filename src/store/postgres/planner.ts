/*
 * Forms of SQL that do not change the result and only guide PostgreSQL's planner. The planner uses
 * statistics. Before the first analyze of a table, and in the minutes after a first load, the statistics say
 * that a target has one row. Plans that then look cheap (a scan of all index entries of the target, a join
 * that reads a whole table) cost seconds per statement with 10,000 people. Prepared statements keep such a
 * plan. So rows that must be found by key are written in a form that allows no other plan.
 * tests/integration/store/run-plans.test.ts counts the rows that are read with misleading statistics.
 *
 *   APART            the planner does not merge the sub-query into the query around it, and computes it once
 *   lookUp           each row is looked up by key; `limit 1` prevents a join
 *   inList           the list is computed first, and each of its values is looked up by key
 *   unindexed        a condition that no index serves, so that the index of the other condition is used
 *   equalOrBothNull  the same as `=`, but no index serves it in a generic plan
 *   ANY_KIND         an index of (target, kind, id) finds a row by key only if all its columns are given
 */

/** Goes to the end of a sub-query. */
export const APART = "offset 0";

/**
 * A FROM item with the row of `table` (with its alias) that matches the condition, or none. The condition
 * must name a whole key.
 */
export const lookUp = (table: string, condition: string): string =>
  `lateral (select * from ${table} where ${condition} limit 1)`;

/** For `column = …`: any value that the query returns. */
export const inList = (query: string): string => `any(array(${query}))`;

/** A text column in a form that no index serves. */
export const unindexed = (column: string): string => `(${column} || '')`;

/** An operator for `column … value`. */
export const equalOrBothNull = "is not distinct from";

/** For `kind = …` if the kind is unknown. */
export const ANY_KIND = "any('{user,group,department,role}'::text[])";
