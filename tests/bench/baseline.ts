import express from "express";
import { Pool } from "pg";

/*
 * The baseline: what express and PostgreSQL can do at best on this machine for the same addresses and body
 * sizes. One indexed, prepared statement a request, every write durable, no SCIM, no checks, no history.
 * `node run-typescript.cjs baseline.ts DATABASE_URL`; prints its port.
 */

const TABLES = `
  create table if not exists users (id uuid primary key, user_name text unique, external_id text unique, doc text not null);
  create table if not exists groups (id uuid primary key, doc text not null);
  create table if not exists members (group_id uuid, user_id uuid, primary key (group_id, user_id));
  create table if not exists history (id bigint generated always as identity primary key, subject uuid, doc text not null);
  create index if not exists history_subject on history (subject, id);`;

async function main(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 20 });
  await pool.query(TABLES);
  const query = async (name: string, text: string, values: unknown[]): Promise<{ doc: string }[]> =>
    (await pool.query({ name, text, values })).rows;
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", "simple");
  app.use(express.text({ type: () => true, limit: "1mb" }));

  const send = (res: express.Response, status: number, text: string): void => {
    res.status(status).setHeader("Content-Type", "application/scim+json; charset=utf-8");
    res.end(text);
  };
  const listOf = (docs: { doc: string }[]): string =>
    `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":${docs.length},"Resources":[${docs.map(({ doc }) => doc).join(",")}]}`;

  app.post("/scim/v2/Users", async (req, res) => {
    const { id, userName, externalId } = JSON.parse(req.body) as {
      id: string;
      userName: string;
      externalId: string;
    };
    const [row] = await query("create", "insert into users values ($1, $2, $3, $4) returning doc", [
      id,
      userName,
      externalId,
      req.body,
    ]);
    send(res, 201, row!.doc);
  });
  app.get("/scim/v2/Users", async (req, res) => {
    const { filter, after } = req.query as { filter?: string; after?: string };
    if (filter) {
      const [name, , value] = filter.split(" ");
      const column = name === "externalId" ? "external_id" : "user_name";
      send(
        res,
        200,
        listOf(
          await query(`match-${column}`, `select doc from users where ${column} = $1`, [value!.slice(1, -1)]),
        ),
      );
    } else
      send(
        res,
        200,
        listOf(await query("list", "select doc from users where id > $1 order by id limit 100", [after])),
      );
  });
  app.get("/scim/v2/Users/:id", async (req, res) => {
    const [row] = await query("read", "select doc from users where id = $1", [req.params.id]);
    send(res, row ? 200 : 404, row?.doc ?? "{}");
  });
  app.patch("/scim/v2/Users/:id", async (req, res) => {
    const [row] = await query("update", "update users set doc = $2 where id = $1 returning doc", [
      req.params.id,
      req.body,
    ]);
    send(res, row ? 200 : 404, row?.doc ?? "{}");
  });
  app.put("/scim/v2/Groups/:id", async (req, res) => {
    await query("group", "insert into groups values ($1, $2) on conflict do nothing", [
      req.params.id,
      req.body,
    ]);
    res.status(204).end();
  });
  app.get("/scim/v2/Groups/:id", async (req, res) => {
    const [row] = await query("group-read", "select doc from groups where id = $1", [req.params.id]);
    send(res, row ? 200 : 404, row?.doc ?? "{}");
  });
  app.patch("/scim/v2/Groups/:id", async (req, res) => {
    const { op, value } = JSON.parse(req.body) as { op: string; value: string };
    if (op === "add")
      await query("add", "insert into members values ($1, $2) on conflict do nothing", [
        req.params.id,
        value,
      ]);
    else
      await query("remove", "delete from members where group_id = $1 and user_id = $2", [
        req.params.id,
        value,
      ]);
    res.status(204).end();
  });
  app.get("/api/history", async (req, res) => {
    const subject = String(req.query["filter"]).split('"')[1];
    send(
      res,
      200,
      listOf(
        await query("history", "select doc from history where subject = $1 order by id desc limit 100", [
          subject,
        ]),
      ),
    );
  });

  const server = app.listen(0, "127.0.0.1", () =>
    process.stdout.write(`${(server.address() as { port: number }).port}\n`),
  );
  process.stdin.on("end", () => process.exit(0)).resume();
}

void main(process.argv[2]!);
