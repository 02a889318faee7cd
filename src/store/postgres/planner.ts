/*
 * Forms of SQL that mean nothing new and are there for PostgreSQL's planner. It plans by statistics. Before the first analyze of a table, and in the minutes
 * after a first load, these say that a target has one row. What it then takes for cheap (a walk through an index of the target, a join that reads a table
 * from end to end) costs seconds a statement with 10,000 people. Statements that are prepared keep such a plan. So what has to be found by its key is written
 * in a form that leaves no other way. tests/integration/store/run-plans.test.ts counts the rows that are read under misleading statistics.
 *
 *   APART         the planner does not merge the query into the one around it, and works it out once
 *   lookUp        each row before it is looked up by itself, by key: `limit 1` keeps it from becoming a join
 *   inList        the list is made first, and each of its values looked up by key
 *   unindexed     a condition that no index serves, so that the index of the other condition is taken
 *   equalOrBothNull  the same for `=`, of a plan that is made for any value
 *   ANY_KIND      an index of (target, kind, id) leads to a row only when all of its columns are given
 */

/** At the end of a sub-query. */
export const APART = "offset 0";

/** A FROM item: the row of `table` (with its alias) that the condition finds, or none. The condition names a whole key. */
export const lookUp = (table: string, condition: string): string => `lateral (select * from ${table} where ${condition} limit 1)`;

/** For `column = …`: one of what the query answers. */
export const inList = (query: string): string => `any(array(${query}))`;

/** A text column as something that no index knows. */
export const unindexed = (column: string): string => `(${column} || '')`;

/** For `column … value`. */
export const equalOrBothNull = "is not distinct from";

/** For `kind = …`, where the kind is not known. */
export const ANY_KIND = "any('{user,group,department,role}'::text[])";
