import { systemClock } from "../../../src/core/clock.ts";
import { createAdoptionOperations } from "../../../src/store/adopt/decisions.ts";
import { keepDatabase } from "../../support/postgres/kept-database.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { testVault } from "../../support/vault.ts";
import { type ListeningEnvironment, openListeningEnvironment } from "../hints/listening.ts";
import { change, ENTERPRISE, person, remote, stateOf } from "./sample.ts";
import { byHand, compare, ends, stranger, USER } from "./story.ts";

/* Members who go and come in DingTalk by hand, with userids that they had before or did not have. */

keepDatabase();
let env: TestEnvironment;
afterEach(() => env.close());
const open = async (): Promise<void> => {
  env = await openTestEnvironment({ retryBaseMs: 5 });
  env.startWorker();
};
const phone = (n: number) => ({ phoneNumbers: [{ type: "mobile", value: `+852 6111 000${n}` }] });
const wire = (n: number) => `+852-6111000${n}`;
const users = async () => (await env.state()).users.map(({ userid, name }) => `${userid} ${name}`).sort();
const ids = async () => (await env.state()).users.map(({ userid }) => userid).sort();

/** A person who was in DingTalk before, as `emp7`, and whom an operator has linked. */
async function adopted(): Promise<string> {
  await byHand(env, USER.create, { userid: "emp7", name: "Old", mobile: wire(1), dept_id_list: "1" });
  const id = await env.addUser(person("Old", phone(1)));
  await env.quiet();
  await accept();
  expect(await users()).toEqual(["emp7 Old"]);
  return id;
}

async function accept(): Promise<void> {
  const adoptions = createAdoptionOperations(env.pool, "dingtalk", testVault);
  const [proposal] = (await adoptions.list({ count: 10 })).adoptions;
  await adoptions.accept(proposal!.id, { at: systemClock.now(), actor: "token:test", causes: [] });
  await env.quiet();
}

describe("the userid of somebody who left is given to another human by hand", () => {
  test("after the leaver was removed: the newcomer is a stranger, and stays", async () => {
    await open();
    const id = await adopted();
    await change(env, id, { active: false });
    await env.quiet();
    expect(await users()).toEqual([]);
    await byHand(env, USER.create, { userid: "emp7", name: "Else", mobile: wire(2), dept_id_list: "1" });
    await ends(env, { "": ["Else"] });
  });

  test.each(["deactivated", "deleted"])(
    "before the directory says that the leaver has left (%s): nobody touches the other human",
    async (how) => {
      await open();
      const id = await adopted();
      await byHand(env, "activate", { userid: "emp7" });
      await byHand(env, USER.delete, { userid: "emp7" });
      await byHand(env, USER.create, {
        userid: "emp7",
        name: "Else",
        mobile: wire(2),
        dept_id_list: "1",
        job_number: "77",
      });
      if (how === "deleted") await env.users.remove(env.context, id);
      else await change(env, id, { active: false });
      await ends(env, { "": ["Else"] });
    },
  );

  test("while the directory wants the former one: both are in, and none has values of the other", async () => {
    await open();
    const id = await adopted();
    await byHand(env, "activate", { userid: "emp7" });
    await byHand(env, USER.delete, { userid: "emp7" });
    await byHand(env, USER.create, { userid: "emp7", name: "Else", mobile: wire(2), dept_id_list: "1" });
    await compare(env);
    await env.quiet();
    await change(env, id, { title: "Head" });
    await env.quiet();
    const { name, title } = (await env.state()).users.find(({ userid }) => userid === "emp7")!;
    expect([name, title]).toEqual(["Else", undefined]);
    expect((await env.state()).users.map(({ name }) => name).sort()).toEqual(["Else", "Old"]);
  });
});

describe("the same human, made again by hand", () => {
  test("with the same userid and number is still the one of the directory", async () => {
    await open();
    const id = await env.addUser(person("Li", { title: "Clerk", ...phone(1) }));
    await env.quiet();
    await byHand(env, USER.delete, { userid: id });
    await byHand(env, USER.create, { userid: id, name: "Li", mobile: wire(1), dept_id_list: "1" });
    await ends(env, { "": ["Li"] });
    expect(await remote(env, id)).toMatchObject({ title: "Clerk" });
    await change(env, id, { active: false });
    await ends(env, { "": [] });
  });

  test("with another userid waits for the decision, and goes when they leave, under the new one", async () => {
    await open();
    const id = await env.addUser(person("Li", phone(1)));
    await env.quiet();
    await byHand(env, USER.delete, { userid: id });
    await byHand(env, USER.create, { userid: "li", name: "Li", mobile: wire(1), dept_id_list: "1" });
    await compare(env);
    await env.quiet();
    expect(await users()).toEqual(["li Li"]);
    await accept();
    await change(env, id, { title: "Head" });
    await env.quiet();
    expect((await env.state()).users).toMatchObject([{ userid: "li", title: "Head" }]);
    await change(env, id, { active: false });
    await ends(env, { "": [] });
  });

  test("with another userid, and nobody decides before the directory lets them go: they are named to the operator", async () => {
    await open();
    const id = await env.addUser(person("Li", phone(1)));
    await env.quiet();
    await byHand(env, USER.delete, { userid: id });
    await byHand(env, USER.create, { userid: "li", name: "Li", mobile: wire(1), dept_id_list: "1" });
    await compare(env);
    await env.quiet();
    await change(env, id, { active: false });
    await env.quiet();
    expect(await stateOf(env, "user", id)).toMatchObject({
      state: "held",
      reason: expect.stringContaining("may still have access"),
    });
    await byHand(env, USER.delete, { userid: "li" });
    await ends(env, { "": [] });
  });
});

describe("who leaves the organisation by themselves", () => {
  const listening = async (): Promise<ListeningEnvironment> => {
    const opened = await openListeningEnvironment();
    env = opened;
    await opened.listen();
    return opened;
  };

  test("is made again, while the directory has them", async () => {
    const { atRest } = await listening();
    const id = await env.addUser(person("Li"));
    await env.quiet();
    await byHand(env, "activate", { userid: id });
    await byHand(env, "leave", { userid: id });
    await atRest();
    await ends(env, { "": ["Li"] });
  });

  test("at the same moment as the directory lets them go stays out, also after a comparison", async () => {
    const { atRest } = await listening();
    const id = await env.addUser(person("Li"));
    await env.quiet();
    await byHand(env, "leave", { userid: id });
    await change(env, id, { active: false });
    await atRest();
    await ends(env, { "": [] });
  });

  test("and has to agree before they are members again: one invitation, and they are in with their place", async () => {
    const { atRest } = await listening();
    const id = await env.addUser(person("Li", phone(1)));
    await env.addGroup("Sales", [id]);
    await env.quiet();
    await byHand(env, "leave", { userid: id });
    await env.control("switches", { protectedMobiles: [wire(1)] });
    await atRest();
    await compare(env);
    await env.quiet();
    if (!(await remote(env, id))) await byHand(env, "accept", { mobile: wire(1) });
    await atRest();
    await ends(env, { "": [], Sales: ["Li"] });
  });

  test("and comes back by a link, with a userid that DingTalk chose: nobody is there twice, and it is proposed", async () => {
    await open();
    const id = await env.addUser(person("Li", phone(1)));
    await env.quiet();
    await byHand(env, "leave", { userid: id });
    await byHand(env, USER.create, { name: "Li", mobile: wire(1), dept_id_list: "1" });
    await compare(env);
    await env.quiet();
    expect(await ids()).toHaveLength(1);
    await accept();
    await ends(env, { "": ["Li"] });
    await change(env, id, { active: false });
    await ends(env, { "": [] });
  });

  test("a head, whose reports keep them as their manager when they are back", async () => {
    const { atRest } = await listening();
    const boss = await env.addUser(person("Boss"));
    const report = await env.addUser(person("Report", { [ENTERPRISE]: { manager: { value: boss } } }));
    await env.quiet();
    await byHand(env, "leave", { userid: boss });
    await atRest();
    await ends(env, { "": ["Boss", "Report"] });
    expect(await remote(env, report)).toMatchObject({ manager_userid: boss });
  });
});

describe("an invitation", () => {
  const invited = async (): Promise<string> => {
    await open();
    await env.control("switches", { protectedMobiles: [wire(1)] });
    const id = await env.addUser(person("Li", phone(1)));
    await env.quiet();
    expect(await stateOf(env, "user", id)).toMatchObject({ state: "waiting" });
    return id;
  };

  test("of somebody who joins with another number: the invitation counts, and the other one is a stranger until it is decided", async () => {
    const id = await invited();
    await byHand(env, USER.create, { userid: "li", name: "Li", mobile: wire(2), dept_id_list: "1" });
    await change(env, id, phone(2));
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect(await ids()).toEqual(["li"]);
    await accept();
    // The first invitation is open still.
    await byHand(env, "accept", { mobile: wire(1) });
    await compare(env);
    await env.quiet();
    expect(await ids()).toEqual(["li"]);
    await change(env, id, { active: false });
    await ends(env, { "": [] });
  });

  test("accepted, and the number changed in the client before anybody looked", async () => {
    const id = await invited();
    await byHand(env, "accept", { mobile: wire(1) });
    await byHand(env, "renumber", { userid: id, mobile: wire(3) });
    await env.pool.query("update entity_states set next_at = now() where state = 'waiting'");
    await ends(env, { "": ["Li"] });
    await change(env, id, { active: false });
    await ends(env, { "": [] });
  });

  test("accepted by the new owner of the number, after the person left: whoever it is, they are out", async () => {
    const id = await invited();
    await env.users.remove(env.context, id);
    await env.quiet();
    const fresh = await env.addUser(person("Fresh", phone(1)));
    await env.quiet();
    await byHand(env, "accept", { mobile: wire(1) });
    await env.pool.query("update entity_states set next_at = now() where state = 'waiting'");
    await env.quiet();
    await compare(env);
    await env.quiet();
    await compare(env);
    await env.quiet();
    expect(
      (await env.state()).users.map(({ userid }) => userid).filter((userid) => userid !== fresh),
    ).toEqual([]);
  });
});

describe("administrators", () => {
  test.each([1, 2])(
    "a leaver of level %s stays with everything they had, and other leavers go",
    async (level) => {
      await open();
      const [boss, li] = [
        await env.addUser(person("Boss", { title: "Owner" })),
        await env.addUser(person("Li")),
      ];
      await env.addGroup("Board", [boss, li]);
      await env.quiet();
      await byHand(env, "admin", { userid: boss, sys_level: level });
      for (const id of [boss, li]) await change(env, id, { active: false });
      await ends(env, { "": [], Board: ["Boss"] }, { differing: 1 });
      expect(await remote(env, boss)).toMatchObject({ title: "Owner" });
      await byHand(env, "admin", { userid: boss, sys_level: 0 });
      await ends(env, { "": [], Board: [] });
    },
  );

  test("an administrator who is not of the directory is never touched, wherever they sit", async () => {
    await open();
    const li = await env.addUser(person("Li"));
    const sales = await env.addGroup("Sales", [li]);
    await env.quiet();
    const department = (await env.state()).departments.find(({ name }) => name === "Sales")!.dept_id;
    const yu = await stranger(env, "Yu", department);
    await byHand(env, "admin", { userid: yu, sys_level: 1 });
    await env.groups.remove(env.context, sales);
    await env.users.remove(env.context, li);
    await ends(env, { "": [], Sales: ["Yu"] }, { differing: 1 });
  });
});
