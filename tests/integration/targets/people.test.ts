import {
  TargetConflict,
  TargetDependency,
  TargetPending,
  TargetRejected,
} from "../../../src/reconcile/target-failures.ts";
import type { Actual, Attributes } from "../../../src/reconcile/target-values.ts";
import {
  calmly,
  create,
  failureOf,
  newRef,
  openOrganisation,
  person,
  type TestOrganisation,
} from "./organisation.ts";

let organisation: TestOrganisation;
const open = async (switches: object = {}) => {
  organisation = await openOrganisation(switches);
  return organisation.target;
};
afterEach(() => organisation.close());

const userOf = async (userid: string) =>
  (await organisation.state()).users.find((user) => user.userid === userid);
const writes = async () => {
  const calls = await organisation.calls();
  return Object.fromEntries(
    Object.entries(calls).filter(([path]) => path.startsWith("/topapi") || path.startsWith("/role")),
  );
};
const observed = async (target: TestOrganisation["target"], userid: string): Promise<Actual> => {
  const { actual } = await target.read("user", userid, calmly);
  if (!actual) throw new Error(`${userid} is not there`);
  return actual;
};

describe("economy", () => {
  test("a new person with a department, a manager, titles and custom fields is one call", async () => {
    const target = await open();
    const { remoteId: department } = await create(target, newRef("department"), {
      name: "Finance",
      parent: "1",
    });
    const boss = await create(target, newRef("user"), person(1));
    const place = {
      departments: [department],
      mainDepartment: department,
      departmentTitles: [`${department}=Auditor`],
      manager: boss.remoteId,
    };
    const more = { title: "Clerk", job_number: "HK2", hide_mobile: true, "extension.Cost centre": "4711" };
    await create(target, newRef("user"), person(2, { ...place, ...more }));
    expect(await writes()).toEqual({ "/topapi/v2/department/create": 1, "/topapi/v2/user/create": 2 });
  });

  test("ten changed attributes of a person are one call", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1));
    await target.update(
      ref,
      made,
      {
        title: "Head",
        job_number: "7",
        work_place: "HK",
        remark: "x",
        hide_mobile: true,
        "extension.Job level": "5",
      },
      calmly,
    );
    expect(await writes()).toEqual({ "/topapi/v2/user/create": 1, "/topapi/v2/user/update": 1 });
  });

  test("people who are removed side by side share the question for the administrators", async () => {
    const target = await open();
    const refs = Array.from({ length: 12 }, () => newRef("user"));
    const made = await Promise.all(refs.map((ref, n) => create(target, ref, person(n))));
    await Promise.all(refs.map((ref, n) => target.remove(ref, made[n]!, calmly)));
    const calls = await writes();
    expect(calls["/topapi/v2/user/delete"]).toBe(12);
    expect(calls["/topapi/user/listadmin"]).toBeLessThan(7);
  });
});

describe("who is already there", () => {
  test("a number of somebody else is a conflict that names the holder, and the holder keeps it", async () => {
    const target = await open();
    const holder = await create(target, newRef("user"), person(1));
    const error = await failureOf(create(target, newRef("user"), person(2, { mobile: "+852-91000001" })));
    expect(error).toBeInstanceOf(TargetConflict);
    expect(error).toMatchObject({ attribute: "mobile", heldBy: holder.remoteId, answer: "60104" });
    expect((await userOf(holder.remoteId))?.mobile).toBe("91000001");
  });

  test("the holder is looked up where the answer does not name it", async () => {
    const target = await open({ duplicateMobileNames: "nothing" });
    const holder = await create(target, newRef("user"), person(1));
    const error = await failureOf(create(target, newRef("user"), person(2, { mobile: "+852-91000001" })));
    expect(error).toMatchObject({ attribute: "mobile", heldBy: holder.remoteId });
  });

  test.each<[string, Attributes]>([
    ["email", { email: "li@example.com" }],
    ["telephone", { telephone: "8001" }],
  ])("a taken %s keeps only itself back from a new person", async (attribute, value) => {
    const target = await open();
    await create(target, newRef("user"), person(1, value));
    const { remoteId, refused, attributes } = await create(
      target,
      newRef("user"),
      person(2, { ...value, title: "Head" }),
    );
    expect(refused).toMatchObject([
      { attribute, value: value[attribute], error: { code: "TARGET_CONFLICT", attribute } },
    ]);
    expect(attributes).not.toHaveProperty(attribute);
    expect(await userOf(remoteId)).toMatchObject({ title: "Head" });
  });

  test("a repeated create that stumbles over its own number is no conflict", async () => {
    const target = await open();
    const ref = newRef("user");
    await create(target, ref, person(1, { email: "li@example.com" }));
    const again = await create(target, ref, person(1, { email: "li@example.com", title: "Head" }));
    expect(again.remoteId).toBe(ref.id);
    expect(await userOf(ref.id)).toMatchObject({ title: "Head" });
  });

  test("a taken value keeps only itself back from an update", async () => {
    const target = await open();
    await create(target, newRef("user"), person(1, { email: "li@example.com" }));
    const ref = newRef("user");
    const made = await create(target, ref, person(2));
    const done = await target.update(ref, made, { email: "li@example.com", title: "Head" }, calmly);
    expect(done.refused).toMatchObject([{ attribute: "email", error: { answer: "60106" } }]);
    expect(done.attributes).toMatchObject({ title: "Head" });
    expect(done.calls.map((call) => call.code)).toEqual(["60106", "ok"]);
    expect(await userOf(ref.id)).toMatchObject({ title: "Head" });
  });
});

describe("a mobile number", () => {
  test.each<[string, "hongkong" | "mainland", string, string, string]>([
    ["Hong Kong", "hongkong", "9123 4567", "852", "91234567"],
    ["Hong Kong", "hongkong", "+86 138 0013 8000", "86", "13800138000"],
    ["the mainland", "mainland", "+86 138 0013 8000", "86", "13800138000"],
    ["the mainland", "mainland", "+852 9123 4567", "852", "91234567"],
  ])("in an organisation of %s (%s): %s", async (_name, region, given, stateCode, mobile) => {
    await open({ region });
    const target = organisation.connect({ region: region === "mainland" ? "CN" : "HK" });
    const ref = newRef("user");
    await create(target, ref, person(1, { mobile: given }));
    expect(await userOf(ref.id)).toMatchObject({ state_code: stateCode, mobile });
    expect((await observed(target, ref.id)).attributes.mobile).toBe(`+${stateCode}-${mobile}`);
  });

  test("changes while the person has not signed in", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1));
    await target.update(ref, made, { mobile: "+852-98765432" }, calmly);
    expect(await userOf(ref.id)).toMatchObject({ mobile: "98765432" });
  });

  test.each([41054, 40021, 40022])(
    "that DingTalk refuses to change (%s) is a note; the rest is sent with one more call, and the next comparison is quiet",
    async (code) => {
      const target = await open({ activatedMobileChange: code });
      const ref = newRef("user");
      const made = await create(target, ref, person(1));
      await organisation.control("edit", { call: "activate", body: { userid: ref.id } });
      const requested = person(1, { mobile: "+852-98765432", title: "Head" });
      const after = await target.update(ref, made, { mobile: "+852-98765432", title: "Head" }, calmly);
      expect(after.calls.map((call) => call.code)).toEqual([String(code), "ok"]);
      expect(after.notes).toMatchObject([{ attribute: "mobile", answer: String(code) }]);
      expect(after.attributes).toMatchObject({ mobile: "+852-91000001", title: "Head" });
      expect(await userOf(ref.id)).toMatchObject({ mobile: "91000001", title: "Head" });
      expect(target.normalize("user", requested, after).attributes).not.toHaveProperty("mobile");
      expect(
        target.normalize("user", requested, await observed(target, ref.id)).attributes,
      ).not.toHaveProperty("mobile");
    },
  );

  test("that is the only change and is refused costs one call", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1));
    await organisation.control("edit", { call: "activate", body: { userid: ref.id } });
    const after = await target.update(ref, made, { mobile: "+852-98765432" }, calmly);
    expect(after.calls).toHaveLength(1);
    expect(after.notes).toHaveLength(1);
  });

  test("that is missing is refused without a call", async () => {
    const target = await open();
    const error = await failureOf(create(target, newRef("user"), { name: "Li", departments: ["1"] }));
    expect(error).toBeInstanceOf(TargetRejected);
    expect(error).toMatchObject({ answer: "no-mobile", calls: [] });
  });

  test("whose owner must consent is pending until they do, and then it is the same person", async () => {
    const target = await open({ protectedMobiles: ["+852-91000001"] });
    const ref = newRef("user");
    const error = await failureOf(create(target, ref, person(1)));
    expect(error).toBeInstanceOf(TargetPending);
    expect(error.calls.filter((call) => call.api.endsWith("/create"))).toHaveLength(1);
    await organisation.control("edit", { call: "accept", body: { mobile: "+852-91000001" } });
    expect((await create(target, ref, person(1), true)).remoteId).toBe(ref.id);
    expect((await organisation.state()).users).toHaveLength(1);
  });

  test.each([60107, 40019])("whose owner is elsewhere (%s) is not taken", async (code) => {
    const target = await open({ createRefusals: { "+852-91000001": code } });
    expect(await failureOf(create(target, newRef("user"), person(1)))).toMatchObject({
      answer: String(code),
    });
    expect((await organisation.state()).users).toEqual([]);
  });
});

describe("references", () => {
  test("a manager who does not exist does not keep the person out", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1, { manager: "nobody" }));
    expect(made.notes).toMatchObject([{ attribute: "manager", code: "managerMissing", answer: "60128" }]);
    expect(made.attributes.manager).toBeNull();
    expect(await userOf(ref.id)).toBeDefined();
  });

  test("a manager who does not exist and is all there is to set is waited for", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1));
    expect(await failureOf(target.update(ref, made, { manager: "nobody" }, calmly))).toBeInstanceOf(
      TargetDependency,
    );
  });

  test("the main department and titles per department read back", async () => {
    const target = await open();
    const [north, south] = [
      await create(target, newRef("department"), { name: "North" }),
      await create(target, newRef("department"), { name: "South" }),
    ];
    const ids = [north.remoteId, south.remoteId].sort();
    const ref = newRef("user");
    const requested = {
      departments: ids,
      mainDepartment: south.remoteId,
      departmentTitles: [`${north.remoteId}=Auditor`],
    };
    const made = await create(target, ref, person(1, requested));
    expect((await observed(target, ref.id)).attributes).toMatchObject({ mainDepartment: south.remoteId });
    await target.update(ref, made, { mainDepartment: north.remoteId }, calmly);
    const after = await observed(target, ref.id);
    expect(after.attributes.mainDepartment).toBe(north.remoteId);
    expect(after.attributes.departmentTitles).toContain(`${north.remoteId}=Auditor`);
  });

  test("custom fields of others survive an update of ours", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1, { "extension.Cost centre": "4711" }));
    await target.update(ref, made, { "extension.Job level": "5" }, calmly);
    expect((await observed(target, ref.id)).attributes).toMatchObject({
      "extension.Cost centre": "4711",
      "extension.Job level": "5",
    });
  });
});

test.each([1, 2])("an administrator of level %s is never removed", async (level) => {
  const target = await open();
  const ref = newRef("user");
  const made = await create(target, ref, person(1));
  await organisation.control("edit", { call: "admin", body: { userid: ref.id, sys_level: level } });
  expect(await failureOf(target.remove(ref, made, calmly))).toMatchObject({ answer: "administrator" });
  expect(await userOf(ref.id)).toBeDefined();
});

test.each([
  ["whose record says it before the list does", { adminListDelayMs: 3_600_000 }],
  ["who was none at the last removal", {}],
])(
  "an administrator made a moment ago, %s, is not removed, and goes once the role is taken away",
  async (_name, switches) => {
    const target = await open(switches);
    const [ref, other] = [newRef("user"), newRef("user")];
    const made = await create(target, ref, person(1));
    await target.remove(other, await create(target, other, person(2)), calmly);
    const level = (sys_level: number) =>
      organisation.control("edit", { call: "admin", body: { userid: ref.id, sys_level } });
    await level(2);
    expect(await failureOf(target.remove(ref, made, calmly))).toMatchObject({ answer: "administrator" });
    await level(0);
    await organisation.control("switches", { adminListDelayMs: 0 });
    await target.remove(ref, made, calmly);
    expect(await userOf(ref.id)).toBeUndefined();
  },
);

test("nobody is removed while it cannot be found out who administers", async () => {
  const target = await open();
  const ref = newRef("user");
  const made = await create(target, ref, person(1));
  await organisation.control("faults", { match: "/topapi/user/listadmin", fault: "permission", times: 1 });
  expect((await failureOf(target.remove(ref, made, calmly))).code).toBe("TARGET_MISCONFIGURED");
  expect(await userOf(ref.id)).toBeDefined();
});

test.each<[string, Attributes]>([
  ["the kind of account", { exclusive_account_type: "sso" }],
  ["a main department that is none", { mainDepartment: null }],
])("%s is not remembered as if a call had carried it", async (_name, set) => {
  const target = await open();
  const ref = newRef("user");
  const made = await create(target, ref, person(1));
  const changed = await target.update(ref, made, { ...set, title: "Head" }, calmly);
  expect(changed.attributes).toMatchObject({ title: "Head" });
  expect(target.canSuspend(changed.attributes)).toBe(false);
  expect(changed.notes.map(({ attribute, code }) => [attribute, code])).toEqual([
    [Object.keys(set)[0], "notSent"],
  ]);
  expect((await target.update(ref, made, set, calmly)).calls).toEqual([]);
});

describe("enterprise accounts", () => {
  test.each<[string, Attributes]>([
    ["sso", { exclusive_account_type: "sso" }],
    [
      "dingtalk",
      { exclusive_account_type: "dingtalk", login_id: "chan.tm", exclusive_mobile: "+852 9123 4567" },
    ],
  ])("%s: made without a mobile, updated, switched off and on, removed", async (_name, account) => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, { name: "Chan", departments: ["1"], ...account });
    expect(target.canSuspend(made.attributes)).toBe(true);
    const updated = await target.update(ref, made, { title: "Head" }, calmly);
    expect(await userOf(ref.id)).toMatchObject({ title: "Head", exclusive_account: true });
    const off = await target.setSuspended(ref, updated, true, calmly);
    expect(off.calls.map((call) => call.api).slice(-2)).toEqual([
      "/v1.0/contact/orgAccounts/disable",
      "/v1.0/contact/orgAccounts/signOut",
    ]);
    await target.setSuspended(ref, updated, true, calmly);
    expect((await observed(target, ref.id)).presence).toBe("disabled");
    await target.setSuspended(ref, updated, false, calmly);
    expect((await observed(target, ref.id)).presence).toBe("active");
    await target.remove(ref, updated, calmly);
    expect(await userOf(ref.id)).toBeUndefined();
  });

  test("a regular account has no switch", async () => {
    const target = await open();
    const ref = newRef("user");
    const made = await create(target, ref, person(1));
    expect(target.canSuspend(made.attributes)).toBe(false);
    expect(await failureOf(target.setSuspended(ref, made, true, calmly))).toBeInstanceOf(TargetRejected);
  });
});

describe("roles", () => {
  test("a refusal about a role does not hide that the person was made", async () => {
    const target = await open();
    const ref = newRef("user");
    const error = await failureOf(create(target, ref, person(1, { roles: ["424242"] })));
    expect(error).toBeInstanceOf(TargetDependency);
    expect(await userOf(ref.id)).toBeDefined();
    expect((await create(target, ref, person(1), true)).remoteId).toBe(ref.id);
  });

  test("roles of other groups are neither seen nor taken", async () => {
    const target = await open();
    const foreign = organisation.connect({ roleGroup: "Theirs" });
    const theirs = await create(foreign, newRef("role"), { name: "Fire wardens" });
    const ours = await create(target, newRef("role"), { name: "VPN users" });
    const ref = newRef("user");
    await create(foreign, ref, person(1, { roles: [theirs.remoteId] }));
    const before = await observed(target, ref.id);
    expect(before.attributes.roles).toEqual([]);
    await target.update(ref, before, { roles: [ours.remoteId] }, calmly);
    expect((await observed(foreign, ref.id)).attributes.roles).toEqual([theirs.remoteId]);
  });

  test("a role of the same name is a conflict, and the earlier unanswered create is not", async () => {
    const target = await open();
    const ref = newRef("role");
    const made = await create(target, ref, { name: "VPN users" });
    expect(await failureOf(create(target, newRef("role"), { name: "VPN users" }))).toMatchObject({
      attribute: "name",
      heldBy: made.remoteId,
    });
    expect((await create(target, ref, { name: "VPN users" }, true)).remoteId).toBe(made.remoteId);
  });
});
