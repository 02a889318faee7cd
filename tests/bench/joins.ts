import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_MAPPING } from "../../src/mapping/file/default-mapping.ts";
import { temporaryRoot } from "../support/temporary-root.ts";
import { entraUser } from "./people.ts";
import { onStage, runBench, type Stage } from "./stage.ts";
import { type Contender, inTurns } from "./turns.ts";
import { expecting, SCIM, send } from "./workloads.ts";

/*
 * What comparing new records with those of other sources costs: creates of several clients without the block
 * `sources` of the mapping and with it, turn by turn.
 *   npm run build && node tests/support/run-typescript.cjs tests/bench/joins.ts --clients 8 --turns 10
 */

const { values } = parseArgs({
  options: { clients: { type: "string", default: "8" }, turns: { type: "string", default: "10" } },
});
const [clients, turns] = [Number(values.clients), Number(values.turns)];

const JOIN = "sources:\n  join: [{ by: employeeNumber, decide: join }, { by: userName }, { by: email }]\n";

async function joins(stage: Stage): Promise<number> {
  const contender = async (name: string, more: string): Promise<Contender> => {
    const file = join(temporaryRoot(), `${name}-${process.pid}.yaml`);
    writeFileSync(file, `${DEFAULT_MAPPING}\n${more}`);
    const settings = { ROLE: "api", MAPPING_FILE: file, RATE_LIMIT_PER_CLIENT: "0" };
    const subject = await stage.server(name, await stage.database(name), { clients, more: settings });
    return {
      subject,
      async iteration(n) {
        await expecting(subject, send("POST", `${SCIM}/Users`, entraUser(name, n)), 201);
        return 1;
      },
    };
  };
  const contenders = [await contender("alone", ""), await contender("compared", JOIN)];
  const taken = await inTurns(contenders, { clients, turns });
  for (const [at, { requests, seconds }] of taken.entries())
    process.stdout.write(
      `${contenders[at]!.subject.name}: ${Math.round(requests / seconds)} creates/s with ${clients} clients\n`,
    );
  return 0;
}

runBench(() => onStage(joins));
