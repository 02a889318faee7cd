import type { AdoptionRules } from "../../../../src/policy/policy.ts";
import { type Match, match, pairKey } from "../../../../src/reconcile/adopt/match.ts";
import { type PersonProfile, personCandidate, tiersOf } from "../../../../src/reconcile/adopt/profiles.ts";
import { PROPOSE_ALL, strengthOf } from "../../../../src/reconcile/adopt/rules.ts";

/* Who is who between the directory and an organisation that was there before. */

type Short = {
  readonly name?: string;
  readonly number?: string;
  readonly mobile?: string;
  readonly email?: string;
  readonly userid?: string;
  readonly in?: string;
};

const person = (
  id: string,
  { name, number, mobile, email, userid, in: department }: Short,
): PersonProfile => ({
  id,
  identity: {
    ...(name === undefined ? {} : { name }),
    ...(number === undefined ? {} : { number }),
    ...(mobile === undefined ? {} : { mobile }),
    emails: email === undefined ? [] : [email],
  },
  userid,
  departments: department === undefined ? [] : [department],
});

type People = Readonly<Record<string, Short>>;
const people = (given: People) =>
  Object.entries(given).map(([id, short]) => personCandidate(person(id, short)));
const matched = (
  ours: People,
  theirs: People,
  rules: AdoptionRules = PROPOSE_ALL,
  rejected: readonly string[] = [],
): readonly Match[] =>
  match(tiersOf("user", rules), { ours: people(ours), theirs: people(theirs), rejected: new Set(rejected) });
const told = (matches: readonly Match[]): readonly string[] =>
  matches.map(
    ({ ours, theirs, tier, state }) => `${ours}=${theirs} ${tier}${state === "ambiguous" ? "?" : ""}`,
  );

const li = { name: "Li Wei" };

test.each<[string, People, People, readonly string[]]>([
  [
    "the userid the policy names",
    { a: { name: "A", userid: "007" } },
    { r: { name: "B", userid: "007" } },
    ["a=r 1"],
  ],
  ["job number and name", { a: { ...li, number: "7" } }, { r: { ...li, number: "7" } }, ["a=r 2"]],
  [
    "names in other letters, widths and blanks",
    { a: { name: "ＬＩ wei", number: "7" } },
    { r: { name: "Li  Wei ", number: "7" } },
    ["a=r 2"],
  ],
  [
    "simplified is not traditional",
    { a: { name: "陈大文", number: "7" } },
    { r: { name: "陳大文", number: "7" } },
    [],
  ],
  ["a job number alone is nothing", { a: { name: "A", number: "7" } }, { r: { name: "B", number: "7" } }, []],
  ["mobile and name", { a: { ...li, mobile: "1" } }, { r: { ...li, mobile: "1" } }, ["a=r 3"]],
  [
    "e-mail in other letters and name",
    { a: { ...li, email: "LI@x.hk" } },
    { r: { ...li, email: "li@x.hk" } },
    ["a=r 4"],
  ],
  [
    "a mobile of another name is weak",
    { a: { name: "A", mobile: "1" } },
    { r: { name: "B", mobile: "1" } },
    ["a=r 5"],
  ],
  ["name and department are weak", { a: { ...li, in: "hk" } }, { r: { ...li, in: "hk" } }, ["a=r 6"]],
  ["a name alone is nothing", { a: li }, { r: li }, []],
  ["nobody without a name is the same as another", { a: { number: "7" } }, { r: { number: "7" } }, []],
  [
    "two of ours for one is ambiguous",
    { a: { ...li, mobile: "1" }, b: { ...li, mobile: "1" } },
    { r: { ...li, mobile: "1" } },
    ["a=r 3?", "b=r 3?"],
  ],
  [
    "two there for one of ours is ambiguous",
    { a: { ...li, mobile: "1" } },
    { r: { ...li, mobile: "1" }, s: { ...li, mobile: "1" } },
    ["a=r 3?", "a=s 3?"],
  ],
  [
    "a later tier decides between the two",
    { a: { ...li, number: "7", mobile: "1" } },
    { r: { ...li, number: "7", mobile: "1" }, s: { ...li, number: "7" } },
    ["a=r 3"],
  ],
  [
    "and between those two only",
    { a: { ...li, number: "7", mobile: "1" } },
    { r: { ...li, number: "7" }, s: { ...li, number: "7" }, t: { ...li, mobile: "1" } },
    ["a=r 2?", "a=s 2?"],
  ],
  [
    "whoever is known leaves the other twin to the other",
    { a: { ...li, number: "7", mobile: "1" }, b: { ...li, number: "7", mobile: "2" } },
    { r: { ...li, number: "7", mobile: "2" }, s: { ...li, mobile: "1" } },
    ["a=s 3", "b=r 3"],
  ],
  [
    "a number used again by a namesake with another job number",
    { a: { ...li, number: "8", mobile: "1" } },
    { r: { ...li, number: "7", mobile: "1" } },
    ["a=r 3?"],
  ],
  [
    "namesakes of one department with two job numbers",
    { a: { ...li, number: "8", in: "hk" } },
    { r: { ...li, number: "7", in: "hk" } },
    [],
  ],
  [
    "swapped mobiles of namesakes, by job numbers",
    { a: { ...li, number: "7", mobile: "1" }, b: { ...li, number: "8", mobile: "2" } },
    { r: { ...li, number: "7", mobile: "2" }, s: { ...li, number: "8", mobile: "1" } },
    ["a=r 2", "b=s 2"],
  ],
  [
    "swapped mobiles of namesakes are not decided against their addresses",
    { a: { ...li, mobile: "1", email: "a" }, b: { ...li, mobile: "2", email: "b" } },
    { r: { ...li, mobile: "2", email: "a" }, s: { ...li, mobile: "1", email: "b" } },
    ["a=r 4?", "a=s 3?", "b=r 3?", "b=s 4?"],
  ],
  [
    "swapped mobiles of two names, by addresses",
    { a: { name: "A", mobile: "1", email: "a" }, b: { name: "B", mobile: "2", email: "b" } },
    { r: { name: "A", mobile: "2", email: "a" }, s: { name: "B", mobile: "1", email: "b" } },
    ["a=r 4", "b=s 4"],
  ],
])("%s", (_name, ours, theirs, expected) => expect(told(matched(ours, theirs))).toEqual(expected));

test("what a person rejected is no candidate any more, and leaves the choice to the others", () => {
  const ours = { a: { ...li, mobile: "1" } };
  const theirs = { r: { ...li, mobile: "1" }, s: { ...li, mobile: "1" } };
  expect(told(matched(ours, theirs, PROPOSE_ALL, [pairKey("a", "r")]))).toEqual(["a=s 3"]);
});

test("a tier that is never asked says nothing, and later ones speak", () => {
  const rules: AdoptionRules = { ...PROPOSE_ALL, people: { ...PROPOSE_ALL.people, 2: "never" } };
  const both = { ...li, number: "7", email: "li" };
  expect(told(matched({ a: both }, { r: both }, rules))).toEqual(["a=r 4"]);
});

test("what many share says nothing", () => {
  const many = (prefix: string): People =>
    Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`${prefix}${n}`, { ...li, number: "N/A", in: "hk" }]),
    );
  expect(matched(many("a"), many("r"))).toEqual([]);
});

/* Random organisations: nobody is ever taken for somebody else. */

/** Some with every test run, many with `npm run test:faults`. */
const SEEDS = process.env["FAULT_SEEDS"] === undefined ? 300 : 1_000;

test(`in ${SEEDS} random organisations with twins, namesakes, used and swapped numbers all strong matches are right`, () => {
  const sum = { strong: 0, wrong: 0, weak: 0, ambiguous: 0, clear: 0, missed: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { ours, theirs, truth, clear } = organisation(seed);
    const found = match(tiersOf("user", PROPOSE_ALL), {
      ours: ours.map(personCandidate),
      theirs: theirs.map(personCandidate),
    });
    const shuffled = match(tiersOf("user", PROPOSE_ALL), {
      ours: ours.map(personCandidate).reverse(),
      theirs: theirs.map(personCandidate).reverse(),
    });
    expect(shuffled).toEqual(found);
    const strong = found.filter(
      ({ state, tier }) => state === "proposed" && strengthOf("user", tier) === "strong",
    );
    sum.strong += strong.length;
    sum.wrong += strong.filter((each) => truth.get(each.ours) !== each.theirs).length;
    sum.weak += found.filter(({ state }) => state === "proposed").length - strong.length;
    sum.ambiguous += found.filter(({ state }) => state === "ambiguous").length;
    sum.clear += clear.length;
    sum.missed += clear.filter((id) => !strong.some((each) => each.ours === id)).length;
    const sides = [strong.map(({ ours: id }) => id), strong.map(({ theirs: id }) => id)];
    for (const side of sides) expect(new Set(side).size).toBe(side.length);
  }
  expect(sum).toMatchObject({ wrong: 0, missed: 0 });
  expect(sum.strong).toBeGreaterThan(SEEDS * 10);
});

/** A linear congruential generator: the same organisation for the same seed. */
const numbers = (seed: number) => {
  let state = seed * 2_654_435_761;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
};

const NAMES = ["Li Wei", "李伟", "李偉", "Chan Tai Man", "Wong Siu Ming", "O’Neill", "王芳", "Müller"];

interface Drawn {
  readonly ours: readonly PersonProfile[];
  readonly theirs: readonly PersonProfile[];
  readonly truth: ReadonlyMap<string, string>;
  /** Those whose job number and name nobody else has on either side. */
  readonly clear: readonly string[];
}

function organisation(seed: number): Drawn {
  const below = numbers(seed);
  const chance = (percent: number): boolean => below(100) < percent;
  const count = 10 + below(30);
  type Draft = { id: string; name: string; number?: string; mobile?: string; email?: string; in: string };
  const all: Draft[] = Array.from({ length: count }, (_, n) => ({
    id: `a${n}`,
    name: chance(60) ? NAMES[below(NAMES.length)]! : `Person ${n}`,
    ...(chance(80) ? { number: String(1_000 + n) } : {}),
    mobile: `+852-6${1_000_000 + n}`,
    ...(chance(70) ? { email: `p${n}@example.com` } : {}),
    in: `d${below(4)}`,
  }));
  const truth = new Map<string, string>();
  const remote: Draft[] = [];
  for (const each of all) {
    if (chance(20)) continue;
    const id = `r${each.id}`;
    truth.set(each.id, id);
    const there: Draft = { ...each, id };
    if (chance(20)) delete there.number;
    if (chance(20)) delete there.mobile;
    if (chance(30)) delete there.email;
    if (chance(10)) there.mobile = `+852-9${1_000_000 + remote.length}`;
    if (chance(5)) there.name = `${there.name} (old)`;
    remote.push(there);
  }
  // Swapped numbers. Of namesakes something else has to tell them apart, or nobody could.
  const told = (one: Draft, other: Draft): boolean => one.name !== other.name || apart(one, other);
  const apart = (one: Draft, other: Draft): boolean =>
    [one, other].every(
      ({ number, id }) => number !== undefined && all.find((a) => `r${a.id}` === id)?.number !== undefined,
    );
  const moved = new Set<Draft>();
  for (let n = 0; n < 4 && remote.length > 1; n++) {
    const [one, other] = [remote[below(remote.length)]!, remote[below(remote.length)]!];
    if (moved.has(one) || moved.has(other)) continue;
    for (const each of [one, other]) moved.add(each);
    if (told(one, other))
      [one.mobile, other.mobile] = [other.mobile ?? `+852-8${n}`, one.mobile ?? `+852-7${n}`];
  }
  // Strangers: namesakes, and leavers whose number somebody has now.
  for (let n = 0; n < 6; n++) {
    const heir = all[below(all.length)]!;
    const isNamesake = chance(50);
    const uses = chance(50);
    const number = `9${100 + n}`;
    // A namesake with the same number of whom nothing else is known could not be told from the person.
    const safe = !isNamesake || heir.number !== undefined;
    remote.push({
      id: `s${n}`,
      name: isNamesake ? heir.name : `Leaver ${n}`,
      in: heir.in,
      ...(isNamesake || chance(50) ? { number } : {}),
      ...(uses && safe && heir.mobile !== undefined ? { mobile: heir.mobile } : {}),
    });
  }
  const profile = ({ id, in: department, ...short }: Draft): PersonProfile =>
    person(id, { ...short, in: department });
  const sameNumber = (side: readonly Draft[], one: Draft) =>
    side.filter(({ number, name }) => number === one.number && name === one.name).length === 1;
  const clear = all.filter((each) => {
    const there = remote.find(({ id }) => id === truth.get(each.id));
    return (
      each.number !== undefined &&
      there?.number === each.number &&
      there.name === each.name &&
      sameNumber(all, each) &&
      sameNumber(remote, there)
    );
  });
  return { ours: all.map(profile), theirs: remote.map(profile), truth, clear: clear.map(({ id }) => id) };
}
