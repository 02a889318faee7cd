import { addUser, createBench, USER } from "./bench.ts";

const create = `${USER}/create`;
const update = `${USER}/update`;
const sso = {
  userid: "s1",
  name: "Wong",
  dept_id_list: "1",
  exclusive_account: true,
  exclusive_account_type: "sso",
};
const dingtalk = {
  ...sso,
  userid: "d1",
  exclusive_account_type: "dingtalk",
  login_id: "wong",
  init_password: "secret-1",
};
const ACCOUNTS = "/v1.0/contact/orgAccounts";

describe("6 creating enterprise accounts", () => {
  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["sso needs no number", sso, undefined],
    ["dingtalk needs a login and a password", dingtalk, undefined],
    ["no login", { ...dingtalk, login_id: undefined }, 40035],
    ["no password", { ...dingtalk, init_password: undefined }, 40035],
    ["short password", { ...dingtalk, init_password: "abc-1" }, 40035],
    ["only letters", { ...dingtalk, init_password: "abcdefgh" }, 40035],
    ["only digits", { ...dingtalk, init_password: "12345678" }, 40035],
    ["no type", { ...sso, exclusive_account_type: undefined }, 40035],
    ["bad exclusive_mobile", { ...sso, exclusive_mobile: "1" }, 60103],
  ])("%s", (_name, fields, expected) => {
    expect(createBench().code(create, fields)).toBe(expected);
  });

  test("13.5 the feature switched off answers 400002", () => {
    expect(createBench({ enterpriseAccounts: false }).code(create, sso)).toBe(400002);
  });

  test("reads add the account; get also finds by login_id", () => {
    const bench = createBench();
    bench.answer(create, { ...dingtalk, nickname: "W", exclusive_mobile: "+86-13400000000" });
    expect(bench.result(`${USER}/get`, { login_id: "wong" })).toMatchObject({
      userid: "d1",
      exclusive_account: true,
      exclusive_account_type: "dingtalk",
      login_id: "wong",
      nickname: "W",
      exclusive_mobile: "+86-13400000000",
      exclusive_account_corp_id: "dingsandbox",
      disable_status: false,
    });
    expect(bench.code(create, { ...dingtalk, userid: "d2" })).toBe(40035);
  });

  test("getbymobile finds them only when asked to", () => {
    const bench = createBench();
    bench.answer(create, { ...sso, exclusive_mobile: "+86-13400000000" });
    expect(bench.code(`${USER}/getbymobile`, { mobile: "13400000000" })).toBe(60121);
    expect(
      bench.result(`${USER}/getbymobile`, { mobile: "13400000000", support_exclusive_account_search: true }),
    ).toEqual({
      exclusive_account_userid_list: ["s1"],
    });
  });

  test("an update needs dept_id_list (a switch); loginId is spelled differently", () => {
    const bench = createBench();
    bench.answer(create, dingtalk);
    expect(bench.code(update, { userid: "d1", title: "x" })).toBe(40035);
    bench.answer(update, { userid: "d1", title: "x", dept_id_list: "1", loginId: "wong2" });
    expect(bench.result(`${USER}/get`, { userid: "d1" })).toMatchObject({ title: "x", login_id: "wong2" });
    const lenient = createBench({ enterpriseUpdateNeedsDepartments: false });
    lenient.answer(create, sso);
    expect(lenient.code(update, { userid: "s1", title: "x" })).toBeUndefined();
  });

  test("another account is another person: leaving and returning changes the unionid", () => {
    const bench = createBench();
    const before = bench.result(create, sso).unionId;
    bench.answer(`${USER}/delete`, { userid: "s1" });
    expect(bench.result(create, sso).unionId).not.toBe(before);
  });
});

describe("6 accounts of another organisation", () => {
  const outerAccounts = [{ corpId: "dingother", corpName: "Other Ltd", userids: ["x1"] }];
  const brought = {
    userid: "o1",
    name: "Kwan",
    dept_id_list: "1",
    outer_exclusive_corpid: "dingother",
    outer_exclusive_userid: "x1",
  };

  test.each<[string, Record<string, unknown>, number | undefined]>([
    ["granted", {}, undefined],
    ["somebody who was not granted", { outer_exclusive_userid: "x2" }, 400002],
    ["an organisation that granted nothing", { outer_exclusive_corpid: "dingthird" }, 400002],
    ["nobody named", { outer_exclusive_userid: undefined }, 40035],
  ])("%s", (_name, change, expected) =>
    expect(createBench({ outerAccounts }).code(create, { ...brought, ...change })).toBe(expected),
  );

  test("is a member only once, and reads show the owner", () => {
    const bench = createBench({ outerAccounts });
    const before = bench.result(create, brought).unionId;
    expect(bench.result(`${USER}/get`, { userid: "o1" })).toMatchObject({
      exclusive_account: true,
      exclusive_account_corp_id: "dingother",
      exclusive_account_corp_name: "Other Ltd",
    });
    expect(bench.code(create, { ...brought, userid: "o2" })).toBe(60107);
    bench.answer(`${USER}/delete`, { userid: "o1" });
    expect(bench.result(create, brought).unionId).toBe(before);
  });

  test("only its owner can disable it", () => {
    const bench = createBench({ outerAccounts });
    bench.answer(create, brought);
    for (const name of ["disable", "enable", "signOut", "status"])
      expect(bench.code(`${ACCOUNTS}/${name}`, { userId: "o1" })).toBe("exclusive.account.only");
  });

  test("others may use our accounts by department", () => {
    const bench = createBench();
    const auth = `${ACCOUNTS}/multiOrgPermissions/auth`;
    expect(bench.answer(auth, { joinCorpId: "dingother", grantDeptIdList: [1] })).toEqual({ result: true });
    expect([...bench.organisation.grants.values()]).toEqual([
      { joinCorpId: "dingother", grantDeptIdList: [1] },
    ]);
    expect(bench.code(auth, { joinCorpId: "dingother", grantDeptIdList: [77] })).toBe("invalid.param");
    expect(bench.code(auth, {})).toBe("invalid.param");
  });
});

describe("6 the switches of the new API", () => {
  test("disable, sign out, enable and status", () => {
    const bench = createBench();
    bench.answer(create, sso);
    const status = () => bench.answer(`${ACCOUNTS}/status`, { userId: "s1" });
    expect(status()).toEqual({ disable: false });
    expect(bench.answer(`${ACCOUNTS}/disable`, { userId: "s1", reason: "left" })).toEqual({ result: true });
    expect(bench.answer(`${ACCOUNTS}/signOut`, { userId: "s1" })).toEqual({ result: true });
    expect(status()).toEqual({ disable: true });
    expect(bench.result(`${USER}/get`, { userid: "s1" }).disable_status).toBe(true);
    expect(bench.answer(`${ACCOUNTS}/enable`, { userId: "s1" })).toEqual({ result: true });
    expect(status()).toEqual({ disable: false });
  });

  test.each(["disable", "enable", "signOut", "status"])(
    "%s is for accounts this organisation owns",
    (name) => {
      const bench = createBench();
      addUser(bench, "regular");
      expect(bench.code(`${ACCOUNTS}/${name}`, { userId: "regular" })).toBe("exclusive.account.only");
      expect(bench.code(`${ACCOUNTS}/${name}`, { userId: "ghost" })).toBe("user.not.exist");
      expect(bench.code(`${ACCOUNTS}/${name}`, {})).toBe("invalid.param");
    },
  );
});
