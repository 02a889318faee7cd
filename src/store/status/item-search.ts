import { fold } from "../../core/fold.ts";
import { hanVariants } from "../../core/han.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { NAME_OF_ENTITY } from "../references.ts";

const EMPLOYEE_NUMBER = "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}";

/** Digits an operator reads from a list: fewer would find half of the company. */
const DIGITS = /^\+?[\d\s()-]{4,20}$/;

const anyValue = (attribute: "emails" | "phoneNumbers", condition: string): string => `(case when s.kind = 'user' then exists (
    select from json_array_elements(case when json_typeof(u.document->'${attribute}') = 'array' then u.document->'${attribute}' else '[]' end) e
     where ${condition}) else false end)`;

/** Whether a text holds a folded one, whether in simplified or traditional characters. */
export function contains(part: string, parameters: Parameters): (text: string) => string {
  const characters = hanVariants(part);
  if (characters.every((variants) => [...variants].length === 1)) {
    const sought = parameters.add(part, "text");
    return (text) => `strpos(${folded(text)}, ${sought}) > 0`;
  }
  // A bracket expression of one letter or sign is that character, but for ^ and the backslash.
  const pattern = parameters.add(
    characters.map((variants) => (/[\^\\]/.test(variants) ? `\\${variants}` : `[${variants}]`)).join(""),
    "text",
  );
  return (text) => `${folded(text)} ~ ${pattern}`;
}

/**
 * Whether an item (with its user `u`, group `g`, department `d`, link `l` and removal `r`) is meant by what an operator types: a part of the name, user name
 * or e-mail address in any letter case, in simplified or traditional characters, the whole job number or id, or the last digits of a telephone number.
 */
export function isMeantBy(text: string, parameters: Parameters): string {
  const isIn = contains(fold(text.trim()), parameters);
  const whole = parameters.add(fold(text.trim()), "text");
  const digits = text.replace(/\D/g, "");
  const conditions = [
    isIn(NAME_OF_ENTITY),
    isIn("u.user_name"),
    anyValue("emails", isIn("e->>'value'")),
    `lower(u.document#>>'${EMPLOYEE_NUMBER}') = ${whole}`,
    `s.entity_id::text = ${whole}`,
  ];
  if (DIGITS.test(text)) {
    const ending = parameters.add(digits, "text");
    conditions.push(anyValue("phoneNumbers", `right(regexp_replace(e->>'value', '[^0-9]', '', 'g'), length(${ending})) = ${ending}`));
  }
  return `(${conditions.join(" or ")})`;
}
