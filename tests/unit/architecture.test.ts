import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ARROWS,
  breaches,
  importsByRoom,
  LIBRARIES,
  sharedStatements,
  sourceFiles,
} from "../support/architecture.ts";

const root = join(__dirname, "..", "..");
const files = sourceFiles(join(root, "src"));

test("every import follows the arrows, every library lives in its rooms, and effects stay where they belong", () => {
  expect(breaches(files)).toEqual([]);
});

test("every room has its arrows told", () => {
  const rooms = new Set(files.filter(({ path }) => path.includes("/")).map(({ path }) => path.split("/")[0]));
  expect([...rooms].filter((room) => !(room! in ARROWS))).toEqual([]);
});

test("every arrow is used; core is open to all", () => {
  const imports = importsByRoom(files);
  const isUsed = (room: string, to: string) =>
    (imports.get(room) ?? []).some((path) => path === to || path.startsWith(`${to}/`));
  const open = ["*", "core", ...sharedStatements()];
  const unused = Object.entries(ARROWS).flatMap(([room, arrows]) =>
    arrows.filter((to) => !open.includes(to) && !isUsed(room, to)).map((to) => `${room} → ${to}`),
  );
  expect(unused).toEqual([]);
});

test("ARCHITECTURE.md tells the arrows of every room", () => {
  const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const [table = ""] = /(?<=\| Room \| Content \| May import \|\n)(?:\|.*\n)+/.exec(page) ?? [];
  const told = [...table.matchAll(/^\| `([a-z]+)(?:\/<name>)?` \|.*\| ([^|]+) \|$/gm)].map(
    ([, room, cell]) => [room!, arrowsTold(cell!)],
  );
  const rooms = Object.entries(ARROWS).filter(([room]) => !room.includes("/"));
  const stated = rooms.map(([room, arrows]) => [room, room === "store" ? ["see below"] : [...arrows].sort()]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(stated));
});

/** As a cell of the table has them. */
function arrowsTold(cell: string): readonly string[] {
  if (cell === "nothing") return [];
  if (cell === "everything") return ["*"];
  return cell.replaceAll("`", "").split(", ").sort();
}

test("every library that is told is used", () => {
  const unused = Object.keys(LIBRARIES).filter(
    (library) => !files.some(({ text }) => text.includes(`"${library}`)),
  );
  expect(unused).toEqual([]);
});

describe("the rules notice", () => {
  test.each([
    ["a room that imports inwards to outwards", "core/entity.ts", `import { x } from "../store/users.ts";`],
    [
      "a target that knows SCIM",
      "targets/dingtalk/people/users.ts",
      `import { x } from "../../scim/users.ts";`,
    ],
    [
      "a target that reaches past the port",
      "targets/dingtalk/people/users.ts",
      `import type { x } from "../../reconcile/plan.ts";`,
    ],
    [
      "a target that knows another",
      "targets/wecom/index.ts",
      `import { x } from "../dingtalk/client/client.ts";`,
    ],
    [
      "a simulator that shares code with the adapter",
      "simulator/gateway/oapi.ts",
      `import { x } from "../../targets/dingtalk/client/answers/codes.ts";`,
    ],
    [
      "a reconcile loop that knows storage",
      "reconcile/process/worker.ts",
      `import { x } from "../../store/loop/runs/claims.ts";`,
    ],
    [
      "a sub-room that knows one beside it",
      "store/loop/runs/claims.ts",
      `import { x } from "../../directory/users.ts";`,
    ],
    ["connections that know statements", "store/postgres/pool.ts", `import { x } from "../write-sql.ts";`],
    ["an import on several lines", "scim/users.ts", `import {\n  x,\n  y,\n} from "../store/users.ts";`],
    ["an import without names", "scim/users.ts", `import "../store/users.ts";`],
    ["an export from elsewhere", "scim/users.ts", `export { x } from "../store/users.ts";`],
    ["a dynamic import", "scim/users.ts", `const x = await import("../store/users.ts");`],
    ["a library in the wrong room", "directory/users.ts", `import axios from "axios";`],
    ["a library nobody told about", "scim/users.ts", `import _ from "lodash";`],
    ["the environment outside config", "http/app.ts", "const port = process.env.PORT;"],
    ["time outside the clock", "reconcile/process/worker.ts", "const at = Date.now();"],
    ["sleeping outside the clock", "reconcile/process/worker.ts", "setTimeout(next, 10);"],
    ["SQL outside the store", "api/sync/sync.ts", "const q = `select id from users`;"],
    ["an address of DingTalk outside the adapter", "reconcile/plan.ts", `const api = "/topapi/v2/user/get";`],
    ["a cast to any", "scim/users.ts", "const x = body as any;"],
    ["a retired word", "reconcile/plan.ts", "const wish = 1;"],
  ])("%s", (_what, path, text) => expect(breaches([{ path, text }])).toHaveLength(1));

  test("a circle, of types too", () => {
    const circle = [
      { path: "core/a.ts", text: `import type { B } from "./b.ts";` },
      { path: "core/b.ts", text: `import { a } from "./a.ts";` },
    ];
    expect(breaches(circle)).toEqual(["core/a.ts → core/b.ts → core/a.ts: a circle"]);
  });

  test.each([
    [
      "a word in a comment",
      "reconcile/plan.ts",
      "// Date.now() is never called here\n/* select id from users */",
    ],
    ["the file that wires things", "main.ts", `import { x } from "./store/users.ts";`],
    ["the registry of targets", "targets/registry.ts", `import { x } from "./dingtalk/index.ts";`],
  ])("but not %s", (_what, path, text) => expect(breaches([{ path, text }])).toEqual([]));
});
