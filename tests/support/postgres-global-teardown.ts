declare global {
  /** Left by the global set-up for the tear-down, which jest runs in the same process. */
  var endTestPostgres: (() => Promise<void>) | undefined;
}

export default async function tearDown(): Promise<void> {
  await globalThis.endTestPostgres?.();
}
