import { randomUUID } from "node:crypto";

/**
 * UUID version 7 (RFC 9562 section 5.7): the first 48 bits are the time in milliseconds, so rows made later
 * sort later. The random bits come from `randomUUID`, which draws entropy for many ids at once: a system call
 * for each id showed in the profile of every request.
 */
export function uuidv7(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, "0");
  // Version 4 has its version digit at the same position. Only that digit and the time before it differ.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** The smallest id of that time: every larger one was created later. */
export function firstUuidAt(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** The creation time of a version 7 UUID in milliseconds; undefined for other versions. */
export const madeAtMs = (id: string): number | undefined =>
  isUuid(id) && id[14] === "7" ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;

/** The lowest and the highest version 7 UUID of a millisecond. Times out of range are clamped. */
export const oldestIdAt = (ms: number): string => `${timeOf(ms)}-0000-0000-000000000000`;
export const latestIdAt = (ms: number): string => `${timeOf(ms)}-ffff-ffff-ffffffffffff`;

function timeOf(ms: number): string {
  const time = Math.min(Math.max(Math.floor(ms), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Lower case, like our own ids. */
export const isCanonicalUuid = (text: string): boolean => isUuid(text) && text === text.toLowerCase();

export const isUuid = (text: string): boolean => UUID.test(text);
