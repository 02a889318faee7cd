import { parseArgs } from "node:util";
import { createLineLogger } from "../integration/http/door.ts";
import setUp from "../support/postgres/global-setup.ts";
import tearDown from "../support/postgres/global-teardown.ts";
import { openProduct } from "../support/product.ts";
import { fuzz } from "./run.ts";

/*
 * `npm run fuzz -- --requests N --seed S [--from NUMBER]`: sends malformed requests to the whole product. An
 * answer of 5xx is a failure.
 */

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});

const out = (line: string): boolean => process.stdout.write(`${line}\n`);
const err = (line: string): boolean => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const [requests, seed, from] = [Number(values.requests), Number(values.seed), Number(values.from)];
  if (![requests, seed, from].every((number) => Number.isSafeInteger(number) && number >= 0)) {
    err("--requests, --seed and --from must be whole numbers");
    return 2;
  }
  await setUp();
  const { lines, logger } = createLineLogger();
  try {
    const product = await openProduct({
      logger: { ...logger, info: () => undefined, debug: () => undefined },
    });
    const started = performance.now();
    const progress = (done: number) =>
      done % 5_000 === 0 && err(`${done} requests, ${Math.round((performance.now() - started) / 1_000)} s`);
    const { failures, byStatus } = await fuzz({ product, seed, requests, from, progress });
    await product.close();
    for (const { number, request, status, requestId, answer } of failures) {
      const error = lines.find(({ fields }) => fields["requestId"] === requestId && "error" in fields)
        ?.fields["error"];
      out(`\n--seed ${seed} --from ${number} --requests 1 answered ${status}: ${answer}`);
      out(
        `${request.method} ${request.path}\n${JSON.stringify(request.headers)}\n${request.body?.slice(0, 2_000) ?? ""}`,
      );
      if (error instanceof Error)
        out(`${error.stack}\n${error.cause instanceof Error ? error.cause.stack : ""}`);
    }
    const counts = [...byStatus]
      .sort(([left], [right]) => left - right)
      .map(([status, count]) => `${status}: ${count}`);
    out(
      `seed ${seed}, ${requests} requests in ${Math.round((performance.now() - started) / 1_000)} s, ${failures.length} failed (${counts.join(", ")})`,
    );
    return failures.length === 0 ? 0 : 1;
  } finally {
    await tearDown();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    err(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(3);
  },
);
