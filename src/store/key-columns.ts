import { fold } from "../core/text/fold.ts";
import type { UserColumns } from "../directory/user.ts";

/**
 * An empty string is not a value (RFC 7643 section 2.5). So the column is null, which is neither unique nor
 * first in an order.
 */
const key = (text: string | undefined): string | null => (text ? fold(text) : null);

/** The columns by which people are found, in the form in which they are compared. */
export const keyColumns = (columns: UserColumns) => ({
  active: columns.active,
  user_name: columns.userName,
  user_name_key: fold(columns.userName),
  display_name_key: key(columns.displayName),
  external_id: columns.externalId || null,
  employee_number_key: key(columns.employeeNumber),
  manager_ref: columns.managerRef || null,
  email_keys: columns.emails.map(fold),
});
