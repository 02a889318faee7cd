import { bulkCases } from "./bulk-cases.ts";
import type { Case } from "./case.ts";
import { clientCases } from "./client-cases.ts";
import { doorCases } from "./door-cases.ts";
import { exampleCases } from "./example-cases.ts";
import { galleryCases } from "./gallery-cases.ts";
import { otherClientCases } from "./other-client-cases.ts";
import { patchCases } from "./patch-cases.ts";
import { queryCases } from "./query-cases.ts";
import { reportChangeCases } from "./report-change-cases.ts";
import { reportCreateCases } from "./report-create-cases.ts";
import { reportGroupCases } from "./report-group-cases.ts";
import { reportReadCases } from "./report-read-cases.ts";
import { schemaCases } from "./schema-cases.ts";
import { writeCases } from "./write-cases.ts";

/** All cases, in the order of the report. */
export const cases: readonly Case[] = [
  ...exampleCases,
  ...writeCases,
  ...queryCases,
  ...patchCases,
  ...bulkCases,
  ...doorCases,
  ...schemaCases,
  ...clientCases,
  ...otherClientCases,
  ...reportReadCases,
  ...reportCreateCases,
  ...reportChangeCases,
  ...reportGroupCases,
  ...galleryCases,
];
