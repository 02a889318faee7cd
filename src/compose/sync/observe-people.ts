import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../core/entity.ts";
import { NotFound } from "../../directory/errors.ts";
import type { UserDirectory } from "../../directory/users.ts";
import type { ReconcilerDeps } from "../../reconcile/run/deps.ts";
import { userContent } from "../../scim/resource/columns.ts";
import { withObserved } from "../../scim/resource/observed.ts";

/** What a target has becomes a change of the directory by the commands that clients have, in each record of the person. */
export const observePeople =
  (
    users: Pick<UserDirectory, "change">,
    recordsOf: (personId: string) => Promise<readonly { readonly id: string; readonly sourceId: string }[]>,
  ): NonNullable<ReconcilerDeps["observe"]> =>
  async (personId, observed, causes) => {
    const made: JsonObject | undefined = Object.keys(observed).length > 0 ? observed : undefined;
    for (const { id, sourceId } of await recordsOf(personId)) {
      const context = { sourceId, actor: "dingtalk", requestId: randomUUID(), causes };
      try {
        await users.change(context, id, (current) => userContent(withObserved(current, made)));
      } catch (error) {
        // Deleted meanwhile: its own mark says so.
        if (!(error instanceof NotFound)) throw error;
      }
    }
  };
