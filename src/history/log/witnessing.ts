import type { Logger } from "../../core/logger.ts";
import { parseCheckpoint, type SignedCheckpoint } from "../../tlog/checkpoint.ts";
import { FormatError } from "../../tlog/format-error.ts";
import { formatNote, isSignedBy, parseSignature, type Signature } from "../../tlog/note.ts";
import type { Policy, PolicyWitness } from "../../tlog/policy.ts";
import { consistencyProof } from "../../tlog/proofs.ts";
import { formatAddCheckpoint } from "../../tlog/witness.ts";
import type { LogReader } from "./ports.ts";

/*
 * Asks the witnesses of the policy for their signatures (C2SP tlog-witness). A checkpoint is published after
 * a quorum of the policy has signed it.
 */

export interface CheckpointStore {
  /** The newest checkpoint. Undefined: it is published already, or there is none. */
  unpublished(): Promise<{ readonly id: number; readonly note: string } | undefined>;
  publish(id: number, note: string): Promise<void>;
}

/** Sends `body` to `url`. Rejects if there is no answer. */
export type PostText = (
  url: string,
  body: string,
) => Promise<{ readonly status: number; readonly type: string; readonly body: string }>;

export interface WitnessingDeps {
  readonly store: CheckpointStore;
  readonly log: Pick<LogReader, "tile">;
  readonly policy: Policy;
  readonly post: PostText;
  readonly logger: Logger;
}

export interface Witnessing {
  /** True: the newest checkpoint is published now. */
  ask(): Promise<boolean>;
}

export function createWitnessing({ store, log, policy, post, logger }: WitnessingDeps): Witnessing {
  /** For each witness, the size of the checkpoint that it signed last, as far as this process knows. */
  const known = new Map<string, number>();

  async function proofFrom(old: number, { size }: SignedCheckpoint): Promise<readonly Buffer[]> {
    return consistencyProof(
      async (level, index, width) => {
        const tile = await log.tile(level, index, width);
        if (!tile) throw new Error(`tile ${index} of level ${level} is missing in the log`);
        return tile;
      },
      old,
      size,
    );
  }

  async function askOne(
    { name, key, url }: PolicyWitness,
    checkpoint: SignedCheckpoint,
  ): Promise<readonly Signature[]> {
    if (url === undefined) return [];
    for (let round = 0; round < 2; round++) {
      const old = Math.min(known.get(name) ?? 0, checkpoint.size);
      const answer = await post(
        `${url.replace(/\/$/, "")}/add-checkpoint`,
        formatAddCheckpoint({ old, proof: await proofFrom(old, checkpoint), checkpoint }),
      );
      if (
        answer.status === 409 &&
        answer.type.startsWith("text/x.tlog.size") &&
        /^\d{1,15}\n$/.test(answer.body)
      ) {
        const size = Number(answer.body);
        if (size > checkpoint.size)
          throw new FormatError(
            `it has signed this log with ${size} entries, but the log has only ${checkpoint.size}`,
          );
        known.set(name, size);
        continue;
      }
      if (answer.status !== 200)
        throw new FormatError(`it answers ${answer.status}: ${answer.body.slice(0, 200).trim()}`);
      const signatures = answer.body.split("\n").slice(0, -1).map(parseSignature);
      const mine = signatures.filter(({ name: by, id }) => by === key.name && id.equals(key.id));
      if (mine.length === 0 || !isSignedBy({ text: checkpoint.note.text, signatures: mine }, key))
        throw new FormatError("its answer has no valid signature of its key");
      known.set(name, checkpoint.size);
      return mine;
    }
    return [];
  }

  return {
    async ask() {
      const newest = await store.unpublished();
      if (!newest) return true;
      const checkpoint = parseCheckpoint(newest.note);
      const names = new Set<string>();
      const answers = await Promise.all(
        policy.witnesses.map(async (witness) => {
          try {
            const signatures = await askOne(witness, checkpoint);
            if (signatures.length > 0) names.add(witness.name);
            return signatures;
          } catch (error) {
            logger.warn({ error }, "a witness has not signed the history");
            return [];
          }
        }),
      );
      if (!policy.isQuorum(names)) return false;
      const { text, signatures } = checkpoint.note;
      await store.publish(newest.id, formatNote({ text, signatures: [...signatures, ...answers.flat()] }));
      return true;
    },
  };
}
