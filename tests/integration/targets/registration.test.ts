import type { DingTalkConfig } from "../../../src/targets/dingtalk/config.ts";
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
afterEach(() => organisation?.close());

const CREATE = "/topapi/v2/user/create";
const mainland = (n: number): string => `+86-138001380${String(n).padStart(2, "0")}`;

test.each<[string, object, Partial<DingTalkConfig>]>([
  ["registered in the mainland, by the settings elsewhere", { region: "mainland" }, { region: "HK" }],
  ["registered elsewhere, by the settings in the mainland", {}, { region: "HK", registeredIn: "CN" }],
  ["registered elsewhere, numbers without a code of the mainland", {}, { region: "CN" }],
])("%s: nobody is kept out, and the form is learned at the first", async (_name, switches, config) => {
  organisation = await openOrganisation(switches, config);
  const { target } = organisation;
  for (const n of [1, 2, 3]) await create(target, newRef("user"), person(n, { mobile: mainland(n) }));
  await create(target, newRef("user"), person(4));
  expect(await organisation.calls()).toMatchObject({ [CREATE]: 5 });
  const { users } = await organisation.state();
  expect(users.map((user) => `+${user.state_code}-${user.mobile}`)).toEqual([
    mainland(1),
    mainland(2),
    mainland(3),
    "+852-91000004",
  ]);
});

test("what is registered as the settings say costs no call more", async () => {
  organisation = await openOrganisation({ region: "mainland" }, { region: "HK", registeredIn: "CN" });
  await create(organisation.target, newRef("user"), person(1, { mobile: mainland(1) }));
  expect(await organisation.calls()).toMatchObject({ [CREATE]: 1 });
});

test("a number that is changed goes out in the other form, too", async () => {
  organisation = await openOrganisation({ region: "mainland" });
  const ref = newRef("user");
  const { remoteId, attributes, presence } = await create(organisation.target, ref, person(1));
  await organisation.target.update(ref, { remoteId, attributes, presence }, { mobile: mainland(1) }, calmly);
  expect((await organisation.state()).users).toMatchObject([
    { state_code: "86", mobile: mainland(1).slice(4) },
  ]);
});

test("a refusal of another kind in the other form is the one that counts", async () => {
  organisation = await openOrganisation({ region: "mainland" });
  const first = newRef("user");
  await create(organisation.target, first, person(1, { mobile: mainland(1) }));
  const late = organisation.connect({});
  const failure = await failureOf(create(late, newRef("user"), person(2, { mobile: mainland(1) })));
  expect(failure).toMatchObject({ answer: "60104", heldBy: first.id });
});

test("a number that is refused in both forms is refused, and nothing is learned from it", async () => {
  organisation = await openOrganisation({
    ownWays: [{ on: "user", field: "mobile", value: mainland(1), refuses: 60103 }],
  });
  const failure = await failureOf(
    create(organisation.target, newRef("user"), person(1, { mobile: mainland(1) })),
  );
  expect(failure).toMatchObject({ answer: "60103" });
  await create(organisation.target, newRef("user"), person(2, { mobile: mainland(2) }));
  expect(await organisation.calls()).toMatchObject({ [CREATE]: 3 });
});

describe("the check at start", () => {
  async function inhabit(mobiles: readonly string[]): Promise<void> {
    for (const [n, mobile] of mobiles.entries())
      await organisation.control("edit", {
        call: CREATE,
        body: { userid: `u${n}`, name: "Li", mobile, dept_id_list: "1" },
      });
  }

  test("says where the organisation seems to be registered, and does not stop for it", async () => {
    organisation = await openOrganisation({ region: "mainland" });
    await inhabit([1, 2, 3, 4, 5].map((n) => mainland(n).slice(4)));
    expect(await organisation.target.check(calmly)).toEqual([
      {
        code: "registeredElsewhere",
        reasonCode: "registeredElsewhere",
        text: expect.stringContaining("mainland China"),
        remedy: expect.stringContaining("organisation: { region: CN }"),
        concerns: "everybody",
        isAdvice: true,
      },
    ]);
    expect(await organisation.connect({ registeredIn: "CN" }).check(calmly)).toEqual([]);
  });

  test("says so as well when a write has shown it", async () => {
    organisation = await openOrganisation({ region: "mainland" });
    await create(organisation.target, newRef("user"), person(1, { mobile: mainland(1) }));
    expect(await organisation.target.check(calmly)).toMatchObject([
      { code: "registeredElsewhere", isAdvice: true },
    ]);
  });

  test("people of both say nothing", async () => {
    organisation = await openOrganisation({});
    await inhabit([...[1, 2, 3, 4, 5].map(mainland), "+852-91234567"]);
    expect(await organisation.target.check(calmly)).toEqual([]);
  });
});
