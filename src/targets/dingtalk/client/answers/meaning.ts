import { fieldsOf } from "../../attributes/fields.ts";
import type { Api } from "../apis.ts";
import type { Refusal } from "./answer.ts";
import type { Meaning } from "./code-meaning.ts";
import { meaningOf } from "./codes.ts";

/** Names of fields in calls, where they differ from the attribute. */
const WIRE_NAMES = {
  user: {
    dept_id_list: "departments",
    manager_userid: "manager",
    loginId: "login_id",
    dept_position_list: "departmentTitles",
  },
  department: { parent_id: "parent", dept_manager_userid_list: "managers" },
} as const;

/**
 * Codes with many causes. DingTalk's text distinguishes some of them (docs/dingtalk.md 5.2 and 6). The texts
 * may change, so the program works without them too.
 */
const VAGUE = new Set(["40035", "400002", "invalid.param"]);
const SAYS_TAKEN = /已存在|重复|already exist|duplicate/i;
const SAYS_MANAGER = /主管|负责人|manager/i;
const SAYS_FEATURE = /未开通|未开启|专属|企业账号|not (?:open|enabled|purchased)|exclusive/i;

/** The meaning of a refusal: that of its code, made more precise by its text. Pure. */
export function meaningFor(api: Api, { code, message }: Pick<Refusal, "code" | "message">): Meaning {
  const meaning = meaningOf(code);
  if (meaning.kind !== "data" || meaning.attribute !== undefined) return meaning;
  const attribute = attributeIn(api, message);
  if (VAGUE.has(code) && SAYS_TAKEN.test(message) && attribute !== undefined)
    return { kind: "taken", reason: "valueTaken", attribute, says: `another one has this ${attribute}` };
  if (code === "400002" && SAYS_MANAGER.test(message) && attribute === undefined) return STILL_MANAGER;
  if (code === "400002" && SAYS_FEATURE.test(message)) return NO_FEATURE;
  return attribute === undefined ? meaning : { ...meaning, attribute };
}

const STILL_MANAGER: Meaning = {
  kind: "data",
  reason: "stillManages",
  attribute: "departments",
  says: "the person still manages a department they are to leave",
  remedy:
    "take the person off the managers of that department in DingTalk (管理后台 › 通讯录 › the department › 部门主管), then retry",
};

/** Also used where DingTalk's answer does not say so, because nothing else in such a create is unusual. */
export const NO_FEATURE: Meaning = {
  kind: "data",
  reason: "featureMissing",
  attribute: "exclusive_account_type",
  says: "the organisation may not have enterprise accounts switched on",
  remedy:
    "have enterprise accounts (企业账号) switched on for the organisation, or give the person a mobile number and no accountType, then retry",
};

/** The first field that the text names. "name" is excluded, because every text has this word. */
function attributeIn(api: Api, message: string): string | undefined {
  if (api.subject !== "user" && api.subject !== "department") return undefined;
  const names = new Map([
    ...fieldsOf(api.subject).map(([name]) => [name, name] as const),
    ...Object.entries(WIRE_NAMES[api.subject]),
  ]);
  for (const [word] of message.matchAll(/[A-Za-z][A-Za-z_]*/g)) {
    const attribute = names.get(word);
    if (attribute !== undefined && attribute !== "name") return attribute;
  }
  return undefined;
}
