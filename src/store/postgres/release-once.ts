import type pg from "pg";

type Lent = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: Error | boolean) => void,
) => void;

/**
 * The same pool, for a library that may release a connection twice. graphile-worker 0.17.3 does so if its
 * listening connection breaks while it stops (src/main.ts, `listenForChanges`). Nothing handles the error
 * that pg then throws, so it would end the process.
 */
export function releasedOnce(pool: pg.Pool): pg.Pool {
  const connect = (lent?: Lent) =>
    lent === undefined
      ? pool.connect()
      : pool.connect((error, client, release) => {
          // Without a connection there is nothing to release.
          let isReleased = client === undefined;
          lent(error, client, (broken) => {
            if (isReleased) return;
            isReleased = true;
            release(broken);
          });
        });
  return new Proxy(pool, {
    get(target, name) {
      if (name === "connect") return connect;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
