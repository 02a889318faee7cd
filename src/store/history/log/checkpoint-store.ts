import type { CheckpointStore } from "../../../history/log/witnessing.ts";
import type { Pool } from "../../postgres/pool.ts";
import { run, type Statement } from "../../postgres/statement.ts";

const NEWEST: Statement = {
  name: "checkpoint-newest",
  text: "select c.id, c.note, c.published_at is not null as published from history_checkpoints c order by c.id desc limit 1",
};
const PUBLISH: Statement = {
  name: "checkpoint-publish",
  text: "update history_checkpoints c set note = $2, published_at = now() where c.id = $1 and c.published_at is null",
};

export const createCheckpointStore = (pool: Pool): CheckpointStore => ({
  async unpublished() {
    const [row] = await run<{ id: number; note: string; published: boolean }>(pool, NEWEST, []);
    return row && !row.published ? { id: row.id, note: row.note } : undefined;
  },

  async publish(id, note) {
    await run(pool, PUBLISH, [id, note]);
  },
});
