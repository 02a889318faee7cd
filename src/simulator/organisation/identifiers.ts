import { createHash } from "node:crypto";

/**
 * A pseudo-random whole number below 2^32. The same seed and position give the same number (the finaliser of
 * splitmix64 on 32 bits).
 */
export function mix(seed: number, position: number): number {
  let value = (seed ^ Math.imul(position, 0x9e3779b1)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b) >>> 0;
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35) >>> 0;
  return (value ^ (value >>> 16)) >>> 0;
}

export const seedNumber = (seed: string): number =>
  createHash("sha256").update(seed).digest().readUInt32BE(0);

/** The id of the n-th event. All deliveries of an event have the same id. */
export const eventId = (seed: number, event: number): string =>
  newRequestId(seed ^ 0x1f123bb5, event)
    .replaceAll("-", "")
    .toLowerCase();

/** Generates the ids for one call. The next call continues at `position`. */
export interface Ids {
  readonly position: number;
  /** The next position. It is also the logical time of the organisation. */
  next(): number;
  /**
   * A number from `low` (inclusive) to `high` (exclusive) that is not taken. It does not return while all
   * numbers are taken.
   */
  number(low: number, high: number, taken: (id: number) => boolean): number;
  /** A userid of digits, like those that DingTalk generates. */
  userid(taken: (id: string) => boolean): string;
  chat(): string;
}

export function createIds(seed: number, start: number): Ids {
  let position = start;
  const next = (): number => {
    position += 1;
    return position;
  };
  const draw = (): number => mix(seed, next());
  return {
    get position() {
      return position;
    },
    next,
    number(low, high, taken) {
      for (;;) {
        const id = low + (draw() % (high - low));
        if (!taken(id)) return id;
      }
    },
    userid(taken) {
      for (;;) {
        const id = `0${String(draw()).padStart(10, "0")}${String(draw() % 100_000_000).padStart(8, "0")}`;
        if (!taken(id)) return id;
      }
    },
    chat: () => `chat${draw().toString(16).padStart(8, "0")}${draw().toString(16).padStart(8, "0")}`,
  };
}

/**
 * A unionid belongs to the person and the developer's organisation. A person who leaves and returns has the
 * same one (docs/dingtalk.md 5.3).
 */
export const unionid = (seed: number, corpId: string, person: string): string =>
  createHash("sha256")
    .update(`${seed} ${corpId} ${person}`)
    .digest("base64url")
    .replaceAll(/[-_]/g, "i")
    .slice(0, 36);

/** `request_id` of the old API: 13 characters of base 36. */
export function oldRequestId(seed: number, call: number): string {
  const [high, low] = [mix(seed, call), mix(seed ^ 0x5bd1e995, call)];
  return `${high.toString(36).padStart(6, "4")}${low.toString(36).padStart(7, "k")}`.slice(0, 13);
}

/** `requestid` of the new API: an upper-case UUID. */
export function newRequestId(seed: number, call: number): string {
  const part = (salt: number): string =>
    mix(seed ^ salt, call)
      .toString(16)
      .padStart(8, "0");
  const hex = `${part(1)}${part(2)}${part(3)}${part(4)}`.toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
