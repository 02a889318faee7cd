import { createHash } from "node:crypto";
import { noted } from "../export.ts";
import { zipped } from "../zip.ts";
import { fill, total } from "./pack-files.ts";
import type { Manifest, PackDeps, PackOrder } from "./pack-order.ts";
import { Workspace } from "./workspace.ts";

/**
 * The bytes of a zip with all evidence of a period for an auditor, without values of people. The event
 * `evidence.made` is appended before the last bytes. It has the hash of the manifest. Rejects with
 * Unavailable if the events and the count of the database differ, because an event of the period was
 * committed late.
 */
export async function* evidencePack(deps: PackDeps, order: PackOrder): AsyncIterable<Buffer> {
  const { events, clock, version, host } = deps;
  const { id, from, to, sample, seed, by } = order;
  const space = new Workspace();
  try {
    const madeAt = clock.now();
    const counts = await fill(space, deps, order, madeAt);
    yield* zipped(space.files, madeAt, (files) => {
      const manifest: Manifest = { id, from, to, madeAt, sample, seed, version, files, counts };
      const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
      const digest = createHash("sha256").update(text).digest("hex");
      const detail = {
        id,
        from: from.toISOString(),
        to: to.toISOString(),
        sample,
        seed,
        events: total(counts),
        manifest: digest,
        host,
      };
      // The event is appended before the last file is written. So every complete pack is recorded.
      const recorded = async function* (): AsyncIterable<string> {
        await events.append(noted("evidence.made", clock.now(), by, detail));
        yield text;
      };
      return { name: "manifest.json", content: recorded };
    });
  } finally {
    space.remove();
  }
}
