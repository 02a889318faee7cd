declare global {
  /** Set by the global set-up for the tear-down. Jest runs both in the same process. */
  var endTestPostgres: (() => Promise<void>) | undefined;
}

export default async function tearDown(): Promise<void> {
  await globalThis.endTestPostgres?.();
}
