import { classIn } from "../../privacy/classification.ts";
import { SCIM_ATTRIBUTES } from "../../privacy/scim-attributes.ts";
import { classOfTargetAttribute } from "../../privacy/target-attributes.ts";
import { PURPOSE_TEXTS, type Text } from "./subject-texts.ts";

const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";

export function purposeOfScim(name: string): Text | undefined {
  const at = name.lastIndexOf(":");
  const [urn, attribute] = at < 0 ? [USER_SCHEMA, name] : [name.slice(0, at), name.slice(at + 1)];
  const found = classIn(SCIM_ATTRIBUTES[urn] ?? {}, attribute);
  return found && PURPOSE_TEXTS[found.purpose];
}

export function purposeOfTarget(name: string): Text | undefined {
  const found = classOfTargetAttribute("user", name);
  return found && PURPOSE_TEXTS[found.purpose];
}
