import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openProduct, type Product } from "../../support/product.ts";
import { temporaryRoot } from "../../support/temporary-root.ts";

/*
 * Accounts of the organisation, and settings of the mapping that the target has to know, from the SCIM
 * request to DingTalk.
 */

const DINGTALK = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";

let product: Product;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(temporaryRoot(), "mapping-"));
});
afterEach(async () => {
  await product.close();
  rmSync(folder, { recursive: true });
});

const open = async (switches: object = {}): Promise<void> => {
  product = await openProduct({ switches });
};
function mappingWith(lines: string): { MAPPING_FILE: string } {
  const file = join(folder, "mapping.yaml");
  writeFileSync(file, DEFAULT_MAPPING.replace("version: 1\n", `version: 1\n${lines}\n`));
  return { MAPPING_FILE: file };
}
const add = async (userName: string, extension: object, more: object = {}): Promise<string> =>
  (
    await product.send("POST", "/scim/v2/Users", {
      body: { userName, displayName: userName, [DINGTALK]: extension, ...more },
    })
  ).body.id;
const patch = async (id: string, path: string, value: unknown): Promise<void> => {
  const Operations = [{ op: "replace", path, value }];
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations };
  expect((await product.send("PATCH", `/scim/v2/Users/${id}`, { body })).status).toBe(200);
};
const user = async (id: string) => (await product.remote()).users.find(({ userid }) => userid === id);
const stateOf = async (id: string) =>
  (await product.send("GET", "/api/sync/items")).body.items.find((item: { id: string }) => item.id === id);

test.each<[string, object, object]>([
  ["sso", { accountType: "sso" }, { exclusive_account: true, exclusive_account_type: "sso" }],
  [
    "dingtalk",
    { accountType: "dingtalk", loginId: "chan.tm", nickName: "TM" },
    { exclusive_account: true, exclusive_account_type: "dingtalk", login_id: "chan.tm", nickname: "TM" },
  ],
])(
  "an account of type %s is made without a number, switched off and signed out, on again, and removed",
  async (_name, extension, made) => {
    await open();
    await product.startSync();
    const id = await add("chan", extension);
    await product.quiet();
    expect(await user(id)).toMatchObject({ ...made, disable_status: false });
    expect(await user(id)).not.toHaveProperty("mobile");

    await patch(id, "active", false);
    await product.quiet();
    expect(await user(id)).toMatchObject({ disable_status: true });
    expect(await product.calls()).toMatchObject({
      "/v1.0/contact/orgAccounts/disable": 1,
      "/v1.0/contact/orgAccounts/signOut": 1,
    });

    await patch(id, "title", "Head");
    await patch(id, "active", true);
    await product.quiet();
    expect(await user(id)).toMatchObject({ disable_status: false, title: "Head" });
    expect(await product.calls()).toMatchObject({ "/v1.0/contact/orgAccounts/enable": 1 });

    await product.send("DELETE", `/scim/v2/Users/${id}`);
    await product.quiet();
    expect(await user(id)).toBeUndefined();
  },
);

test("an account that DingTalk failed to sign out is signed out with the next try", async () => {
  await open();
  await product.startSync();
  const id = await add("chan", { accountType: "sso" });
  await product.quiet();
  await product.control("faults", { match: "/v1.0/contact/orgAccounts/signOut", fault: "busy", times: 1 });
  await patch(id, "active", false);
  await product.quiet();
  expect(await user(id)).toMatchObject({ disable_status: true });
  expect((await product.calls())["/v1.0/contact/orgAccounts/signOut"]).toBe(2);
});

test("an account of type dingtalk without a login name is refused with what to do, and made when it has one", async () => {
  await open();
  await product.startSync();
  const id = await add("chan", { accountType: "dingtalk" });
  await product.quiet();
  expect(await stateOf(id)).toMatchObject({ state: "parked", remedy: expect.stringContaining("loginId") });
  await patch(id, `${DINGTALK}:loginId`, "chan.tm");
  await product.quiet();
  expect(await user(id)).toMatchObject({ login_id: "chan.tm" });
});

test("an account keeps the kind it was made with, and everything else is sent", async () => {
  await open();
  await product.startSync();
  const id = await add("chan", {}, { phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }] });
  await product.quiet();
  await patch(id, `${DINGTALK}:accountType`, "sso");
  await patch(id, "title", "Head");
  await product.quiet();
  expect(await user(id)).toMatchObject({ exclusive_account: false, title: "Head" });
});

test("a mapping that wants such accounts does not start with an organisation that has none", async () => {
  await open({ enterpriseAccounts: false });
  const running = await product.startSync(mappingWith("enterpriseAccounts: true"));
  const id = await add("chan", { accountType: "sso" });
  await product.until(async () => (await product.send("GET", "/api/sync/status")).body.targetPause !== null);
  const { targetPause } = (await product.send("GET", "/api/sync/status")).body;
  expect(JSON.stringify(targetPause)).toContain("enterprise accounts");
  expect(await user(id)).toBeUndefined();
  await running.stop(1_000);
});

test("roles are kept in the role group that the mapping names", async () => {
  await open();
  await product.startSync(mappingWith("roleGroup: Directory"));
  const id = await add("chan", {}, { phoneNumbers: [{ type: "mobile", value: "+852 9123 4567" }] });
  const GROUP = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";
  await product.send("POST", "/scim/v2/Groups", {
    body: { displayName: "VPN", members: [{ value: id }], [GROUP]: { kind: "role" } },
  });
  await product.quiet();
  expect(await user(id)).toMatchObject({ role_list: [{ name: "VPN", group_name: "Directory" }] });
});
