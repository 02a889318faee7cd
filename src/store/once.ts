/**
 * The rows of the common table expression `page`, in its order; the first has further columns, expressions that are worked out once for all rows and may
 * read `page`.
 */
export function pageWith(once: Readonly<Record<string, string>>): string {
  const columns = Object.entries(once).map(([name, sql]) => `case when row_number() over () = 1 then ${sql} end as ${name}`);
  return `select ${["page.*", ...columns].join(", ")} from page`;
}
