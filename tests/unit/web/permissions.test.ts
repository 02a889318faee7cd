import { permissionOf } from "../../../src/targets/dingtalk/client/answers/permissions.ts";
import { API } from "../../../src/targets/dingtalk/client/apis.ts";
import { PERMISSIONS } from "../../../web/src/words/permissions.ts";

test("the page names the permissions that the check asks for, by the codes of the check", () => {
  const probed = [API.departmentGet, API.userList, API.userAdmins, API.userUpdate].map(
    (api) => permissionOf(api).point,
  );
  const named = PERMISSIONS.map(({ code }) => code);
  expect(named.filter((code) => !code.startsWith("field-")).sort()).toEqual([...new Set(probed)].sort());
});
