import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { uuidv7 } from "../../core/id.ts";
import { type Database, historyRow, isDuplicate } from "./prisma.ts";

/** The SCIM clients whose behaviour differs. */
export const SOURCE_KINDS = ["entra", "okta", "workday", "other"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A SCIM client with its own resources and its own externalId space. */
export interface Source {
  readonly id: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly createdAt: Date;
  /** Time of the last SCIM request. It is written with a delay of a few seconds. */
  readonly lastRequestAt?: Date;
}

export class SourceNameTaken extends AppError {
  readonly code = "CONFLICT";
  constructor(name: string, options?: ErrorOptions) {
    super(`a source named ${name} exists already`, options);
  }
}

export interface Sources {
  /** Rejects with SourceNameTaken. `actor` has the form of the history: `cli`, `token:<id>`. */
  create(actor: string, source: { readonly name: string; readonly kind: SourceKind }): Promise<Source>;
  /** All sources, ordered by name. There are few, so there are no pages. */
  list(): Promise<readonly Source[]>;
  findByName(name: string): Promise<Source | undefined>;
  /** The default source. The first call creates it, once for all processes. */
  ensureDefault(): Promise<Source>;
}

export const DEFAULT_SOURCE = "default";

export function createSources(database: Database, clock: Clock): Sources {
  const findByName = async (name: string): Promise<Source | undefined> => {
    const row = await database.source.findUnique({ where: { name } });
    return row ? sourceOf(row) : undefined;
  };

  const create: Sources["create"] = async (actor, { name, kind }) => {
    const at = clock.now();
    const id = uuidv7(at.getTime());
    const event = historyRow({
      id: uuidv7(at.getTime()),
      at,
      code: "source.created",
      actor,
      sourceId: id,
      causes: [],
      detail: { name, kind },
    });
    try {
      const [row] = await database.$transaction([
        database.source.create({ data: { id, name, kind, createdAt: at } }),
        database.history.create({ data: event }),
      ]);
      return sourceOf(row);
    } catch (error) {
      if (isDuplicate(error)) throw new SourceNameTaken(name, { cause: error });
      throw error;
    }
  };

  return {
    create,
    findByName,
    async list() {
      const rows = await database.source.findMany({ orderBy: { name: "asc" } });
      return rows.map(sourceOf);
    },
    async ensureDefault() {
      const found = await findByName(DEFAULT_SOURCE);
      if (found) return found;
      try {
        return await create("system", { name: DEFAULT_SOURCE, kind: "entra" });
      } catch (error) {
        const made = error instanceof SourceNameTaken ? await findByName(DEFAULT_SOURCE) : undefined;
        if (!made) throw error;
        return made;
      }
    },
  };
}

/** The column is free text. A kind that only a later version knows counts as `other`. */
function sourceOf({ id, name, kind: stored, createdAt, lastRequestAt }: Row): Source {
  const kind = SOURCE_KINDS.find((known) => known === stored) ?? "other";
  return { id, name, kind, createdAt, ...(lastRequestAt ? { lastRequestAt } : {}) };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly createdAt: Date;
  readonly lastRequestAt: Date | null;
}
