import type { JsonObject } from "../../core/entity.ts";
import type { Prisma } from "../../generated/prisma/client.ts";
import type { KeyStore, StoredKey } from "../../http/ports.ts";
import type { Database } from "./prisma.ts";

/** Private keys of this server, shared by its processes through the database. */
export function createSigningKeys(database: Database): KeyStore {
  return {
    async find(id) {
      const row = await database.signingKey.findUnique({ where: { id } });
      return row ? storedKey(row) : undefined;
    },
    async keep({ id, privateJwk }) {
      // If several processes insert a key, the first row stays, and all of them read this row.
      await database.signingKey.createMany({
        data: [{ id, privateJwk: privateJwk as Prisma.InputJsonObject }],
        skipDuplicates: true,
      });
      return storedKey(await database.signingKey.findUniqueOrThrow({ where: { id } }));
    },
  };
}

/** The cast is safe, because only `keep` writes this column. */
const storedKey = ({ id, privateJwk }: { id: string; privateJwk: Prisma.JsonValue }): StoredKey => ({
  id,
  privateJwk: privateJwk as JsonObject,
});
