import type pg from "pg";

type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, release: (error?: Error | boolean) => void) => void;

/**
 * The same pool for a library that may give back twice the connection it listens on: graphile-worker 0.17.3 does when the connection breaks while it stops
 * (src/main.ts, `listenForChanges`), and pg's complaint ends nowhere, which would end the process.
 */
export function releasedOnce(pool: pg.Pool): pg.Pool {
  const connect = (lent?: Lent) =>
    lent === undefined
      ? pool.connect()
      : pool.connect((error, client, release) => {
          // Of a connection that could not be had there is nothing to give back.
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
