import type { JsonObject } from "../core/entity.ts";
import { Unavailable } from "../core/errors.ts";
import { uuidv7 } from "../core/id.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import { type DirectoryDeps, differences, MAX_ROUNDS, mark, type RequestContext, requestEvent } from "./context.ts";
import { NotFound, VersionConflict } from "./errors.ts";
import type { ListQuery, Page } from "./list-query.ts";
import type { StoredUser, UserContent } from "./user.ts";

/** Commands on people. Each is one transaction that commits the user, the history event, the mark and the wake-up together. */
export interface UserDirectory {
  newId(): string;
  /** `id`: one from `newId`, for whoever has to refer to the user before it is there. */
  create(context: RequestContext, content: UserContent, id?: string): Promise<StoredUser>;
  get(context: RequestContext, id: string): Promise<StoredUser>;
  list(context: RequestContext, query: ListQuery): Promise<Page<StoredUser>>;
  /**
   * Reads, lets `decide` compute the new content and writes it unless nothing changed: then the version stays, and nothing is written or marked.
   * `decide` may be called again when another writer was faster, so it must be pure. `ifVersion`: VersionConflict when the stored one differs.
   */
  change(context: RequestContext, id: string, decide: (current: JsonObject) => UserContent, ifVersion?: VersionCheck): Promise<StoredUser>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
}

export type VersionCheck = (version: number) => boolean;

export function createUserDirectory({ store, clock }: DirectoryDeps): UserDirectory {
  const oneByOne = createKeyedLock();

  async function existing(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<StoredUser> {
    const user = await store.getUser(context.sourceId, id);
    if (!user) throw new NotFound("User", id);
    if (ifVersion && !ifVersion(user.version)) throw new VersionConflict("User", id);
    return user;
  }

  return {
    newId: () => uuidv7(clock.now().getTime()),

    async create(context, content, chosenId) {
      const at = clock.now();
      const id = chosenId ?? uuidv7(at.getTime());
      const event = requestEvent(context, at, "user.created", { kind: "user", id }, differences({}, content.document));
      return store.insertUser(context.sourceId, id, content, at, { event, marks: [mark("user", id)] });
    },

    get: (context, id) => existing(context, id),

    list: (context, query) => store.listUsers(context.sourceId, query),

    change: (context, id, decide, ifVersion) =>
      oneByOne(id, async () => {
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const user = await existing(context, id, ifVersion);
          const before = JSON.parse(user.document) as JsonObject;
          const content = decide(before);
          const changes = differences(before, content.document);
          if (Object.keys(changes).length === 0) return user;
          const at = clock.now();
          const leaves = before.active !== false && !content.columns.active;
          const returns = before.active === false && content.columns.active;
          const code = leaves ? "user.deactivated" : returns ? "user.activated" : "user.updated";
          const event = requestEvent(context, at, code, { kind: "user", id }, changes);
          const saved = await store.updateUser(context.sourceId, id, user.version, content, at, {
            event,
            marks: [mark("user", id, leaves)],
          });
          if (saved) return saved;
        }
        throw new Unavailable("user is being changed by too many writers at once", { retryAfterMs: 1_000 });
      }),

    remove: (context, id, ifVersion) =>
      oneByOne(id, async () => {
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const user = await existing(context, id, ifVersion);
          const changes = differences(JSON.parse(user.document) as JsonObject, {});
          const event = requestEvent(context, clock.now(), "user.deleted", { kind: "user", id }, changes);
          if (await store.deleteUser(context.sourceId, id, user.version, { event, marks: [mark("user", id, true)] })) return;
        }
        throw new Unavailable("user is being changed by too many writers at once", { retryAfterMs: 1_000 });
      }),
  };
}
