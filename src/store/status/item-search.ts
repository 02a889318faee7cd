import { fold } from "../../core/fold.ts";
import { hanVariants } from "../../core/han.ts";
import { folded } from "../postgres/folded.ts";
import type { Parameters } from "../postgres/parameters.ts";
import { NAME_OF_ENTITY } from "../references.ts";

const EMPLOYEE_NUMBER = "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}";

/** Digits an operator reads from a list: fewer would find half of the company. */
const DIGITS = /^\+?[\d\s()-]{4,20}$/;

const anyValue = (
  user: string,
  attribute: "emails" | "phoneNumbers",
  condition: string,
): string => `(case when s.kind = 'user' then exists (
    select from json_array_elements(case when json_typeof(${user}.document->'${attribute}') = 'array' then ${user}.document->'${attribute}' else '[]' end) e
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
 * or e-mail address in any letter case, in simplified or traditional characters, the whole job number, id or externalId, or the last digits of a telephone
 * number. A person of several records is also meant by what only one of them has.
 */
export function isMeantBy(text: string, parameters: Parameters): string {
  const isIn = contains(fold(text.trim()), parameters);
  const whole = parameters.add(fold(text.trim()), "text");
  const digits = text.replace(/\D/g, "");
  const ending = DIGITS.test(text) ? parameters.add(digits, "text") : undefined;
  const userIs = (user: string): readonly string[] => [
    isIn(`${user}.user_name`),
    anyValue(user, "emails", isIn("e->>'value'")),
    `lower(${user}.document#>>'${EMPLOYEE_NUMBER}') = ${whole}`,
    `lower(${user}.external_id) = ${whole}`,
    ...(ending === undefined
      ? []
      : [anyValue(user, "phoneNumbers", `right(regexp_replace(e->>'value', '[^0-9]', '', 'g'), length(${ending})) = ${ending}`)]),
  ];
  const recordIs = [`v.id::text = ${whole}`, isIn("v.document->>'displayName'"), ...userIs("v")].join(" or ");
  const conditions = [
    isIn(NAME_OF_ENTITY),
    ...userIs("u"),
    `lower(g.external_id) = ${whole}`,
    `s.entity_id::text = ${whole}`,
    `(s.kind = 'user' and exists (select from users v where v.person_id = s.entity_id and (${recordIs})))`,
  ];
  return `(${conditions.join(" or ")})`;
}
