import type { JsonObject } from "../../core/entity.ts";
import type { Simulator } from "../dingtalk/simulator.ts";
import type { Account, ByHand } from "./by-hand.ts";

const ROOT = "1";

/** An administrator enters the company in DingTalk's own pages. */
export async function enter(simulator: Simulator, { departments, accounts }: ByHand, step: () => void): Promise<void> {
  const ids = new Map([["", ROOT]]);
  // One after the other: each needs the one above it.
  for (const path of departments) {
    const at = path.lastIndexOf("/");
    const parent = ids.get(path.slice(0, Math.max(0, at)))!;
    const { dept_id } = await simulator.edit("/topapi/v2/department/create", { name: path.slice(at + 1), parent_id: Number(parent) });
    ids.set(path, String(dept_id));
    step();
  }
  for (const account of accounts) {
    await simulator.edit("/topapi/v2/user/create", fieldsOf(account, ids.get(account.department)!));
    // Lists show an address only of those who use it.
    if (account.email !== undefined) await simulator.edit("mail", { userid: account.userid });
    step();
  }
}

const fieldsOf = ({ userid, name, title, mobile, number, email }: Account, department: string): JsonObject => ({
  userid,
  name,
  title,
  mobile: written(mobile),
  dept_id_list: department,
  ...(number === undefined ? {} : { job_number: number }),
  ...(email === undefined ? {} : { email }),
});

/** DingTalk wants a hyphen behind the country code and no blanks. */
const written = (mobile: string): string => mobile.replace(" ", "-").replaceAll(" ", "");
