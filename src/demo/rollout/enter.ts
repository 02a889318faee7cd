import type { JsonObject } from "../../core/entity.ts";
import type { Simulator } from "../dingtalk/simulator.ts";
import type { Account, ByHand } from "./by-hand.ts";

const ROOT = "1";

/** Enters departments and accounts in the simulator, as an administrator in the console. */
export async function enter(
  simulator: Simulator,
  { departments, accounts }: ByHand,
  step: () => void,
): Promise<void> {
  const ids = new Map([["", ROOT]]);
  // One after the other, because each needs the id of its parent.
  for (const path of departments) {
    const at = path.lastIndexOf("/");
    const parent = ids.get(path.slice(0, Math.max(0, at)))!;
    const { dept_id } = await simulator.edit("/topapi/v2/department/create", {
      name: path.slice(at + 1),
      parent_id: Number(parent),
    });
    ids.set(path, String(dept_id));
    step();
  }
  for (const account of accounts) {
    await simulator.edit("/topapi/v2/user/create", fieldsOf(account, ids.get(account.department)!));
    // Reads show an address only for people who have set up the client's Mail (docs/dingtalk.md 5.1).
    if (account.email !== undefined) await simulator.edit("mail", { userid: account.userid });
    step();
  }
}

const fieldsOf = (
  { userid, name, title, mobile, number, email }: Account,
  department: string,
): JsonObject => ({
  userid,
  name,
  title,
  mobile: written(mobile),
  dept_id_list: department,
  ...(number === undefined ? {} : { job_number: number }),
  ...(email === undefined ? {} : { email }),
});

/** DingTalk requires a hyphen after the country code, and no blanks (docs/dingtalk.md 5.1). */
const written = (mobile: string): string => mobile.replace(" ", "-").replaceAll(" ", "");
