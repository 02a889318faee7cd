import {
  TargetDependency,
  type TargetError,
  TargetMisconfigured,
  TargetOutcomeUnknown,
  TargetRejected,
  TargetThrottled,
  TargetUnavailable,
} from "../../../src/reconcile/target-failures.ts";
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
afterEach(() => organisation.close());

const CREATE = "/topapi/v2/user/create";

type ErrorClass = abstract new (...parameters: never[]) => TargetError;

describe("a fault of DingTalk's own", () => {
  test.each<[string, ErrorClass, string]>([
    ["http500", TargetUnavailable, "-1"],
    ["busy", TargetUnavailable, "-1"],
    ["rate_limit", TargetThrottled, "90018"],
    ["permission", TargetMisconfigured, "60011"],
    ["ip_ban", TargetMisconfigured, "ip-ban"],
    ["timeout_before", TargetOutcomeUnknown, "ECONNRESET"],
    ["timeout_after_commit", TargetOutcomeUnknown, "ECONNRESET"],
  ])("%s is told apart, and gone it leaves one person", async (fault, kind, answer) => {
    organisation = await openOrganisation();
    const ref = newRef("user");
    await organisation.control("faults", { match: CREATE, fault });
    const error = await failureOf(create(organisation.target, ref, person(1)));
    expect(error).toBeInstanceOf(kind);
    expect(error.answer).toBe(answer);
    await organisation.control("faults", {});
    organisation.limiter.clear();
    expect((await create(organisation.target, ref, person(1), true)).remoteId).toBe(ref.id);
    expect((await organisation.state()).users).toHaveLength(1);
  });

  test("token_expired is no failure at all", async () => {
    organisation = await openOrganisation();
    await organisation.control("faults", { match: CREATE, fault: "token_expired" });
    const made = await create(organisation.target, newRef("user"), person(1));
    expect(made.calls.map((call) => call.code)).toEqual(["ok", "40014", "ok", "ok"]);
  });

  test.each(["html", "json"])(
    "a ban in the form of %s stops everything for five minutes",
    async (banForm) => {
      organisation = await openOrganisation({ banForm });
      await organisation.control("faults", { match: CREATE, fault: "ip_ban" });
      await failureOf(create(organisation.target, newRef("user"), person(1)));
      expect(organisation.limiter.pauses).toMatchObject([{ api: "all", ms: 300_000 }]);
    },
  );

  test("more calls than DingTalk allows are throttled until the end it names", async () => {
    organisation = await openOrganisation();
    await organisation.control("limits", { qps: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        create(organisation.target, newRef("user"), person(n)).then(
          () => "made",
          (error: TargetError) => (error instanceof TargetThrottled ? "throttled" : String(error)),
        ),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(["made", "throttled"]));
    expect(organisation.limiter.pauses.every(({ api, ms }) => api === CREATE && ms > 0 && ms < 3_000)).toBe(
      true,
    );
  });
});

describe("a set-up that is not right", () => {
  test.each<[string, object, string, "all" | "process" | "entity", RegExp]>([
    [
      "a permission taken away",
      { revokedPermissions: ["qyapi_manage_addresslist"] },
      "60011",
      "all",
      /qyapi_manage_addresslist/,
    ],
    [
      "our address not on the list",
      { ipAllowList: ["203.0.113.1"] },
      "60020",
      "process",
      /add (127\.0\.0\.1|::1|::ffff)/,
    ],
    [
      "a contact scope without the department",
      { contactScope: { departments: [], users: [] } },
      "50004",
      "entity",
      /contact scope/,
    ],
  ])("%s", async (_name, switches, answer, scope, remedy) => {
    organisation = await openOrganisation(switches);
    const error = await failureOf(create(organisation.target, newRef("user"), person(1)));
    expect(error).toBeInstanceOf(TargetMisconfigured);
    expect(error).toMatchObject({ answer, scope, remedy: expect.stringMatching(remedy) });
  });

  test("a permission that only enterprise accounts need fails only them", async () => {
    organisation = await openOrganisation({ revokedPermissions: ["Contact.OrgAccountSecurity.ReadWrite"] });
    const ref = newRef("user");
    const made = await create(organisation.target, ref, {
      name: "Li",
      departments: ["1"],
      exclusive_account_type: "sso",
    });
    const error = await failureOf(organisation.target.setSuspended(ref, made, true, calmly));
    expect(error).toBeInstanceOf(TargetMisconfigured);
    expect(error).toMatchObject({
      scope: "entity",
      remedy: expect.stringContaining("Contact.OrgAccountSecurity.ReadWrite"),
    });
  });

  test.each<[string, object]>([
    ["secret", { appSecret: "wrong" }],
    ["key", { appKey: "wrong" }],
  ])("a wrong %s", async (_name, config) => {
    organisation = await openOrganisation();
    const error = await failureOf(create(organisation.connect(config), newRef("user"), person(1)));
    expect(error).toBeInstanceOf(TargetMisconfigured);
    expect(error).toMatchObject({ scope: "all", remedy: expect.stringContaining("Client Secret") });
  });
});

describe("data DingTalk does not take, past our own checks", () => {
  const context = { ...calmly, resume: false };
  test.each<[string, () => Promise<unknown>, ErrorClass, string]>([
    [
      "a malformed number",
      () => organisation.target.create(newRef("user"), person(1, { mobile: "+852-1" }), context),
      TargetRejected,
      "60103",
    ],
    [
      "a name of nothing",
      () => organisation.target.create(newRef("department"), { name: "", parent: "1" }, context),
      TargetRejected,
      "40035",
    ],
    [
      "a forbidden character",
      () => organisation.target.create(newRef("department"), { name: "a-b", parent: "1" }, context),
      TargetRejected,
      "60009",
    ],
    [
      "a missing parent",
      () => organisation.target.create(newRef("department"), { name: "a", parent: "77" }, context),
      TargetDependency,
      "60004",
    ],
    [
      "more people than there is room for",
      () => organisation.target.create(newRef("user"), person(1), context),
      TargetRejected,
      "40024",
    ],
  ])("%s", async (name, act, kind, answer) => {
    organisation = await openOrganisation(name.startsWith("more people") ? { maxUsers: 1 } : {});
    if (name.startsWith("more people")) await create(organisation.target, newRef("user"), person(99));
    const error = await failureOf(act());
    expect(error).toBeInstanceOf(kind);
    expect(error.answer).toBe(answer);
  });
});
