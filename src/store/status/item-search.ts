import { fold } from "../../core/fold.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { NAMES_OF_PERSON } from "../references.ts";

/** Of what the directory no longer has, the name it has at the target. */
export const NAME = `coalesce(${NAMES_OF_PERSON}, g.display_name, d.name, l.attributes->>'name')`;

const EMPLOYEE_NUMBER = "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}";

/** Digits an operator reads from a list: fewer would find half of the company. */
const DIGITS = /^\+?[\d\s()-]{4,20}$/;

const anyValue = (attribute: "emails" | "phoneNumbers", condition: string): string => `(case when s.kind = 'user' then exists (
    select from json_array_elements(case when json_typeof(u.document->'${attribute}') = 'array' then u.document->'${attribute}' else '[]' end) e
     where ${condition}) else false end)`;

/**
 * Whether an item (with its user `u`, group `g`, department `d` and link `l`) is meant by what an operator types: a part of the name, user name or e-mail
 * address in any letter case, the whole job number or id, or the last digits of a telephone number.
 */
export function isMeantBy(text: string, parameters: Parameters): string {
  const folded = parameters.add(fold(text.trim()), "text");
  const digits = text.replace(/\D/g, "");
  const conditions = [
    `strpos(lower(${NAME}), ${folded}) > 0`,
    `strpos(lower(u.user_name), ${folded}) > 0`,
    anyValue("emails", `strpos(lower(e->>'value'), ${folded}) > 0`),
    `lower(u.document#>>'${EMPLOYEE_NUMBER}') = ${folded}`,
    `s.entity_id::text = ${folded}`,
  ];
  if (DIGITS.test(text)) {
    const ending = parameters.add(digits, "text");
    conditions.push(anyValue("phoneNumbers", `right(regexp_replace(e->>'value', '[^0-9]', '', 'g'), length(${ending})) = ${ending}`));
  }
  return `(${conditions.join(" or ")})`;
}
