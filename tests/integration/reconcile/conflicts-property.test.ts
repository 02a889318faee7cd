import type { JsonObject } from "../../../src/core/entity.ts";
import { DEFAULT_MAPPING } from "../../../src/mapping/file/default-mapping.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { createRandom, type Random } from "./random-directory.ts";
import { change, DINGTALK_USER, mobile, notesOn, stateOf } from "./sample.ts";

/*
 * Values that only one person can have change hands among our own people at random: swapped, passed round,
 * taken by twins, held by leavers, in any order and while the loop is at work. In the end whoever can have a
 * value has it, the others are told, and nobody is absent who can be in.
 */

const SEEDS = Number(process.env["FAULT_SEEDS"] ?? 1);
const PEOPLE = 7;
const mapping = DEFAULT_MAPPING.replace(
  "inactive: { regular: remove }",
  "inactive: { regular: park, parkIn: Leavers }",
);

let env: TestEnvironment;
afterEach(() => env.close());

/** By attribute: how the directory says it and DingTalk shows it. Several attributes are sent at once. */
interface Values {
  email: number;
  telephone: number;
  orgEmail: number;
  active: boolean;
}

const documentOf = (own: number, { email, telephone, orgEmail, active }: Values): JsonObject => ({
  active,
  emails: [{ type: "work", value: `m${email}@example.com` }],
  phoneNumbers: [
    { type: "mobile", value: mobile(own) },
    { type: "work", value: `+852 2345 00${String(telephone).padStart(2, "0")}` },
  ],
  [DINGTALK_USER]: { organizationEmail: `o${orgEmail}@corp.example.com` },
});

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

/** Mostly a permutation, with a twin or a new value now and then. */
function dealt(random: Random): number[] {
  const values = shuffled(
    Array.from({ length: PEOPLE }, (_, n) => n),
    random,
  );
  return values.map((value, at) =>
    random() < 0.15 ? values[(at + 1) % PEOPLE]! : random() < 0.15 ? 20 + at : value,
  );
}

test.each(Array.from({ length: SEEDS }, (_, at) => at + 1))(
  "whoever can have a value has it, the others are told, seed %s",
  async (seed) => {
    const random = createRandom(seed);
    env = await openTestEnvironment({ retryBaseMs: 10, mapping });
    const values = Array.from(
      { length: PEOPLE },
      (_, n): Values => ({ email: n, telephone: n, orgEmail: n, active: true }),
    );
    const ids: string[] = [];
    for (const [n, one] of values.entries())
      ids.push(
        await env.addUser({ userName: `p${n}@example.com`, displayName: `P ${n}`, ...documentOf(n, one) }),
      );
    env.startWorker();
    if (random() < 0.7) await env.quiet();

    for (let round = 0; round < 2; round++) {
      const [email, telephone] = [dealt(random), dealt(random)];
      for (const n of shuffled([...values.keys()], random)) {
        values[n] = { ...values[n]!, email: email[n]!, telephone: telephone[n]!, active: random() > 0.15 };
        await change(env, ids[n]!, documentOf(n, values[n]!));
      }
      if (random() < 0.5) await env.quiet(30_000);
    }
    await env.quiet(30_000);

    const { users } = await env.state();
    const there = new Map(users.map((user) => [user.userid, user]));
    for (const [at, id] of ids.entries()) {
      const { active, email, telephone } = values[at]!;
      if (!active) continue;
      const user = there.get(id);
      expect([id, user !== undefined, await stateOf(env, "user", id)]).toMatchObject([
        id,
        true,
        { state: "inSync" },
      ]);
      const notes = await notesOn(env, id);
      const rivals = (which: "email" | "telephone", value: number) =>
        values.filter((one) => one.active && one[which] === value).length;
      const isRight = {
        email: user!["email"] === `m${email}@example.com`,
        telephone: String(user!["telephone"]).endsWith(`00${String(telephone).padStart(2, "0")}`),
      };
      for (const which of ["email", "telephone"] as const) {
        const noted = notes.some((note) => note.startsWith(`${which}: `) && note.endsWith("Taken"));
        expect({
          id,
          which,
          right: isRight[which] || noted,
          alone: isRight[which] || rivals(which, values[at]![which]) > 1,
        }).toEqual({
          id,
          which,
          right: true,
          alone: true,
        });
      }
    }
    // Of twins one has it.
    for (const which of ["email", "telephone"] as const) {
      for (const value of new Set(values.filter(({ active }) => active).map((one) => one[which]))) {
        const text = which === "email" ? `m${value}@example.com` : `00${String(value).padStart(2, "0")}`;
        expect([
          which,
          value,
          users.filter((user) => String(user[which] ?? "").endsWith(text)).length,
        ]).toEqual([which, value, 1]);
      }
    }
  },
  90_000,
);
