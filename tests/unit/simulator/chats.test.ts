import { addUser, type Bench, createBench, USER } from "./bench.ts";

const GROUP = "/v1.0/im/group";
const SCENE = "/v1.0/im/sceneGroup";
const people = (bench: Bench, count: number): string[] =>
  Array.from({ length: count }, (_, at) => addUser(bench, `u${at}`));
const group = (bench: Bench, more: Record<string, unknown> = {}) =>
  bench.answer(`${GROUP}/create`, {
    name: "Sales",
    owner: "u0",
    useridlist: ["u0", "u1"],
    conversationTag: 2,
    ...more,
  });
const members = (bench: Bench): readonly string[] =>
  [...bench.organisation.chats.values()].flatMap((chat) => chat.members);

describe("8.2 im/group", () => {
  test("create returns both ids and the tag; the same calls give the same ids", () => {
    const answers = [1, 2].map(() => {
      const bench = createBench();
      people(bench, 2);
      return group(bench);
    });
    expect(answers[0]).toEqual({
      openConversationId: expect.stringMatching(/^cid/),
      chatid: expect.stringMatching(/^chat/),
      conversationTag: 2,
    });
    expect(answers[0]).toEqual(answers[1]);
  });

  test.each<[string, Record<string, unknown>, string | undefined]>([
    ["20 characters", { name: "會".repeat(20) }, undefined],
    ["21 characters", { name: "會".repeat(21) }, "invalid.param"],
    ["no name", { name: "" }, "invalid.param"],
    ["no owner", { owner: undefined }, "invalid.param"],
    ["an owner who is not in it", { owner: "u2" }, "invalid.param"],
    ["somebody unknown", { useridlist: ["u0", "ghost"] }, "user.not.exist"],
    ["people as a comma list", { useridlist: "u0,u1" }, "invalid.param"],
    ["more than 1000", { useridlist: Array.from({ length: 1_001 }, (_, at) => `u${at}`) }, "invalid.param"],
  ])("%s", (_name, change, expected) => {
    const bench = createBench();
    people(bench, 3);
    expect(
      bench.code(`${GROUP}/create`, { name: "Sales", owner: "u0", useridlist: ["u0", "u1"], ...change }),
    ).toBe(expected);
    expect(bench.organisation.chats.size).toBe(expected === undefined ? 1 : 0);
  });

  test("an owner outside the contact scope is refused", () => {
    const bench = createBench();
    people(bench, 2);
    bench.organisation.switches = {
      ...bench.organisation.switches,
      contactScope: { departments: [], users: ["u1"] },
    };
    expect(bench.code(`${GROUP}/create`, { name: "Sales", owner: "u0", useridlist: ["u0"] })).toBe(50002);
    expect(
      bench.code(`${GROUP}/create`, { name: "Sales", owner: "u1", useridlist: ["u1", "u0"] }),
    ).toBeUndefined();
  });

  test("update adds and removes people, by either id", () => {
    const bench = createBench();
    people(bench, 4);
    const { openConversationId, chatid } = group(bench);
    bench.answer(`${GROUP}/update`, {
      chatid,
      add_useridlist: ["u2", "u3"],
      del_useridlist: ["u1"],
      name: "Trade",
    });
    expect(members(bench)).toEqual(["u0", "u2", "u3"]);
    expect(bench.code(`${GROUP}/update`, { openConversationId, del_useridlist: ["u0"] })).toBe(
      "invalid.param",
    );
    bench.answer(`${GROUP}/update`, { openConversationId, del_useridlist: ["u0"], owner: "u2" });
    expect([...bench.organisation.chats.values()]).toMatchObject([
      { name: "Trade", owner: "u2", members: ["u2", "u3"] },
    ]);
    expect(bench.code(`${GROUP}/update`, { chatid: "chatnone", name: "X" })).toBe("invalid.param");
  });

  test("a person who leaves the organisation leaves its chats", () => {
    const bench = createBench();
    people(bench, 2);
    group(bench);
    bench.answer(`${USER}/delete`, { userid: "u0" });
    expect([...bench.organisation.chats.values()]).toMatchObject([{ owner: "u1", members: ["u1"] }]);
  });

  test("the old chat/create is closed to new apps", () =>
    expect(createBench().code("/chat/create", { name: "x" })).toBe(43007));
});

describe("8.2 im/sceneGroup", () => {
  const scene = {
    title: "Sales",
    template_id: "t1",
    owner_user_id: "u0",
    user_ids: ["u0", "u1"],
    uuid: "once",
  };

  test("has fields in snake_case and a template, and creates one chat for each uuid", () => {
    const bench = createBench();
    people(bench, 2);
    const first = bench.answer(`${SCENE}/create`, scene);
    expect(first).toEqual({ open_conversation_id: expect.any(String), chat_id: expect.any(String) });
    expect(bench.answer(`${SCENE}/create`, scene)).toEqual(first);
    expect(bench.organisation.chats.size).toBe(1);
    expect(bench.code(`${SCENE}/create`, { ...scene, uuid: "other", template_id: undefined })).toBe(
      "invalid.param",
    );
  });

  test("members are added and deleted; a plain group is refused", () => {
    const bench = createBench();
    people(bench, 3);
    const { open_conversation_id } = bench.answer(`${SCENE}/create`, scene);
    bench.answer(`${SCENE}/member/add`, { open_conversation_id, user_ids: ["u2"] });
    bench.answer(`${SCENE}/member/delete`, { open_conversation_id, user_ids: ["u1"] });
    expect(members(bench)).toEqual(["u0", "u2"]);
    expect(bench.code(`${SCENE}/member/add`, { open_conversation_id, user_ids: [] })).toBe("invalid.param");
    const { openConversationId } = group(bench);
    expect(
      bench.code(`${SCENE}/member/add`, { open_conversation_id: openConversationId, user_ids: ["u2"] }),
    ).toBe("invalid.param");
  });
});
