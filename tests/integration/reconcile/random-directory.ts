import type { JsonObject } from "../../../src/core/entity.ts";
import type { RemoteUser, TestEnvironment } from "../../support/test-environment.ts";
import {
  canBeIn,
  type Dirt,
  dirtOf,
  dirtyDocument,
  lookOf,
  MAILBOXES,
  OFFICES,
  type PersonDirt,
  SEATS,
  TWIN_LEVELS,
} from "./dirt.ts";
import { addGroup, change, changeGroup, DINGTALK_GROUP, ENTERPRISE, members, mobile } from "./sample.ts";

/*
 * A directory that is edited at random, and what an organisation mapped from it has to look like: written
 * down a second time, without the product's code.
 */

interface Person {
  id: string;
  name: string;
  title: string | undefined;
  phone: number;
  active: boolean;
  manager: string | undefined;
  readonly dirt: PersonDirt;
}

interface Group {
  readonly id: string;
  path: string;
  readonly members: Set<string>;
  managers: readonly string[];
}

export type Random = () => number;

/** Mulberry32: the same seed gives the same numbers, in [0, 1). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = ["Chan Tai Man", "李娜", "王伟", "Li Na", "Ng Ka Yan", "Fung Wai", "陳大文", "O Brien", "Ho"];
const TITLES = ["Clerk", "Head", undefined, "经理", "Buyer"];
const LEVELS = ["HK", "CN", "Sales", "Ops", "Retail", "Finance"];

export interface RandomDirectory {
  /** One edit of any kind. */
  edit(): Promise<void>;
  /** What differs between the directory and the organisation; empty when all is well. */
  differences(): Promise<readonly string[]>;
}

export function createRandomDirectory(
  env: TestEnvironment,
  random: Random,
  kinds: ReadonlySet<Dirt> = new Set(),
): RandomDirectory {
  const people = new Map<string, Person>();
  const groups = new Map<string, Group>();
  const levels = kinds.has("twinDepartments") ? [...LEVELS, ...TWIN_LEVELS] : LEVELS;
  /** Where not everybody finds a place: in the root then, or in some of their departments. */
  const isRoomy = !kinds.has("twinDepartments") && !kinds.has("fullDepartments");
  let phones = 0;
  let names = 0;

  const below = (limit: number): number => Math.floor(random() * limit);
  const any = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
  const anyPerson = (): Person | undefined => any([...people.values()]);
  const anyGroup = (): Group | undefined => any([...groups.values()]);
  const freePath = (): string | undefined => {
    const path = Array.from({ length: 1 + below(3) }, () => any(levels)!).join("/");
    return [...groups.values()].some((group) => group.path === path) ? undefined : path;
  };

  function documentOf({ name, title, phone, active, manager, dirt }: Omit<Person, "id">): JsonObject {
    const { [ENTERPRISE]: enterprise, ...dirty } = dirtyDocument(dirt, phone);
    const extension = {
      ...(enterprise as JsonObject | undefined),
      ...(manager ? { manager: { value: manager } } : {}),
    };
    return {
      displayName: name,
      active,
      ...(title ? { title } : {}),
      ...dirty,
      ...(Object.keys(extension).length > 0 ? { [ENTERPRISE]: extension } : {}),
    };
  }

  async function addPerson(phone = ++phones): Promise<void> {
    const fresh = {
      name: any(NAMES)!,
      title: any(TITLES),
      phone,
      active: random() > 0.1,
      manager: anyPerson()?.id,
      dirt: dirtOf(kinds, random),
    };
    const id = await env.addUser({ userName: `user${++names}@example.com`, ...documentOf(fresh) });
    people.set(id, { id, ...fresh });
  }

  async function edited(person: Person, edit: Partial<Person>): Promise<void> {
    Object.assign(person, edit);
    const { id, ...document } = person;
    await change(env, id, { title: null, [ENTERPRISE]: null, ...documentOf(document) } as JsonObject);
  }

  async function removePerson(person: Person): Promise<void> {
    await env.users.remove(env.context, person.id);
    people.delete(person.id);
    for (const group of groups.values()) group.members.delete(person.id);
  }

  const EDITS: readonly (() => Promise<void>)[] = [
    addPerson,
    addPerson,
    async () => {
      const person = anyPerson();
      if (person) await edited(person, { title: any(TITLES), name: any(NAMES)! });
    },
    async () => {
      const person = anyPerson();
      if (person) await edited(person, { active: !person.active });
    },
    async () => {
      const person = anyPerson();
      if (person) await edited(person, { manager: anyPerson()?.id });
    },
    async () => {
      const person = anyPerson();
      if (person) await edited(person, { phone: ++phones });
    },
    // Who comes back under a new id brings the number along.
    async () => {
      const person = anyPerson();
      if (!person) return;
      await removePerson(person);
      if (random() < 0.5) await addPerson(person.phone);
    },
    async () => {
      const path = freePath();
      if (path === undefined) return;
      const joining = [...people.keys()].filter(() => random() < 0.3);
      const id = await addGroup(env, { displayName: path }, joining);
      groups.set(id, { id, path, members: new Set(joining), managers: [] });
    },
    async () => {
      const group = anyGroup();
      const person = anyPerson();
      if (!group || !person) return;
      const joins = !group.members.has(person.id);
      await members(env, group.id, joins ? { add: [person.id] } : { remove: [person.id] });
      if (joins) group.members.add(person.id);
      else group.members.delete(person.id);
    },
    async () => {
      const group = anyGroup();
      const path = freePath();
      if (!group || path === undefined) return;
      await changeGroup(env, group.id, { displayName: path });
      group.path = path;
    },
    // Members or not, and somebody who is to come back with another id.
    async () => {
      const group = anyGroup();
      if (!group) return;
      group.managers = [...people.keys()].filter((id) => random() < (group.members.has(id) ? 0.4 : 0.1));
      await changeGroup(env, group.id, {
        [DINGTALK_GROUP]: { managers: group.managers.map((value) => ({ value })) },
      });
    },
    // Two groups swap their names.
    async () => {
      const [a, b] = [anyGroup(), anyGroup()];
      if (!a || !b || a === b) return;
      const [first, second] = [a.path, b.path];
      await changeGroup(env, a.id, { displayName: "Aside" });
      await changeGroup(env, b.id, { displayName: first });
      await changeGroup(env, a.id, { displayName: second });
      [a.path, b.path] = [second, first];
    },
    async () => {
      const group = anyGroup();
      if (!group || random() < 0.5) return;
      await env.groups.remove(env.context, group.id);
      groups.delete(group.id);
    },
  ];

  async function differences(): Promise<readonly string[]> {
    const found: string[] = [];
    const expect = (what: string, expected: unknown, actual: unknown): void => {
      if (JSON.stringify(expected) !== JSON.stringify(actual))
        found.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
    };
    const { departments, users } = await env.state();
    const byId = new Map(departments.map((department) => [department.dept_id, department]));
    const pathOf = (id: number): string =>
      id === 1 ? "" : [pathOf(byId.get(id)!.parent_id), byId.get(id)!.name].filter(Boolean).join("/");

    const paths = new Set(
      [...groups.values()].flatMap(({ path }) =>
        path.split("/").map((_, at, all) => all.slice(0, at + 1).join("/")),
      ),
    );
    const ours = departments.filter(({ dept_id, source_identifier }) => dept_id !== 1 && source_identifier);
    const made = ours.map(({ dept_id }) => pathOf(dept_id));
    const looks = new Set([...paths].map(lookOf));
    if (kinds.has("twinDepartments")) {
      expect(
        "departments nobody asked for",
        [],
        made.filter((path) => !looks.has(lookOf(path))),
      );
      const tops = new Set([...looks].map((look) => look.split("/")[0]!));
      expect(
        "topmost departments",
        [...tops].sort(),
        made
          .map(lookOf)
          .filter((look) => !look.includes("/"))
          .sort(),
      );
    } else expect("departments", [...paths].sort(), made.sort());

    for (const { path, members: inside, managers } of isRoomy ? groups.values() : []) {
      const department = ours.find(({ dept_id }) => pathOf(dept_id) === path);
      const leading = managers.filter((id) => inside.has(id) && isWanted(people.get(id)));
      expect(`managers of ${path}`, leading.sort(), [...(department?.dept_manager_userid_list ?? [])].sort());
    }

    const present = new Map(users.map((user) => [user.userid, user]));
    /** Whoever finds no seat, neither in one of their departments nor in the root, cannot be in. */
    const isFull = (id: number): boolean =>
      users.filter(({ dept_id_list }) => dept_id_list.includes(id)).length >= SEATS;
    const placesOf = ({ id }: Person): string[] =>
      [...groups.values()].filter((group) => group.members.has(id)).map(({ path }) => path);
    const hasNoSeat = (person: Person): boolean =>
      kinds.has("fullDepartments") &&
      !present.has(person.id) &&
      isFull(1) &&
      ours
        .filter(({ dept_id }) => placesOf(person).includes(pathOf(dept_id)))
        .every(({ dept_id }) => isFull(dept_id));
    const wanted = [...people.values()].filter((person) => isWanted(person) && !hasNoSeat(person));
    expect(
      "people",
      wanted.map(({ id }) => id).sort(),
      users
        .filter(({ userid }) => !userid.startsWith("stranger"))
        .map(({ userid }) => userid)
        .sort(),
    );
    for (const person of wanted) {
      const remote = present.get(person.id);
      if (!remote) continue;
      const places = placesOf(person);
      const boss =
        person.manager === undefined || person.manager === person.id ? undefined : people.get(person.manager);
      const there = remote.dept_id_list.map(pathOf);
      if (isRoomy)
        expect(`departments of ${person.id}`, places.length > 0 ? places.sort() : [""], there.sort());
      else
        expect(
          `departments of ${person.id} they are not asked into`,
          [],
          there.filter((path) => !["", ...places].map(lookOf).includes(lookOf(path))),
        );
      expect(`name of ${person.id}`, person.dirt.name?.[1] ?? person.name, remote.name);
      // The default mapping leaves a title whose source became empty.
      if (person.title) expect(`title of ${person.id}`, person.title, remote["title"]);
      // Whoever has signed in keeps the number they sign in with.
      if (!remote["active"])
        expect(`mobile of ${person.id}`, mobile(person.phone).replaceAll(/\D/g, ""), digits(remote));
      expect(
        `manager of ${person.id}`,
        boss && wanted.includes(boss) ? boss.id : "",
        remote.manager_userid ?? "",
      );
    }
    for (const [attribute, askedOf] of [
      ["telephone", ({ work }: PersonDirt) => OFFICES.find((one) => one === work)],
      ["email", ({ email }: PersonDirt) => MAILBOXES.find((one) => one === email)?.toLowerCase()],
    ] as const) {
      const asked = new Set(wanted.map(({ dirt }) => askedOf(dirt)).filter((value) => value !== undefined));
      const held = wanted
        .map(({ id }) => String(present.get(id)?.[attribute] ?? "").toLowerCase())
        .filter((value) => asked.has(value));
      expect(`holders of each ${attribute}`, [...asked].sort(), held.sort());
    }
    return found;
  }

  const isWanted = (person: Person | undefined): boolean => person?.active === true && canBeIn(person.dirt);

  return {
    edit: () => EDITS[below(EDITS.length)]!(),
    differences,
  };
}

const digits = (remote: RemoteUser): string =>
  `${remote["state_code"] ?? ""}${remote["mobile"] ?? ""}`.replaceAll(/\D/g, "");
