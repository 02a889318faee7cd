import type { SchemaDefinition } from "./schema-attributes.ts";
import { complex, schema, text, truth } from "./schema-attributes.ts";

/*
 * A worker as a flow from Workday would describe one (clients.md section 3). Workday has no SCIM schema of its own. The second spelling has
 * been seen in use although its name space is the IETF's; whoever writes it gets it back.
 */

export const WORKDAY_SCHEMA = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
export const WORKDAY_ALIAS = "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker";

const date = (name: string, description: string) => text(name, `${description}, as an ISO 8601 date.`);

/** Every worker schema needs attributes of its own making: the library's objects belong to one definition. */
const worker = (id: string): SchemaDefinition =>
  schema(id, "WorkdayWorker", "A person as a Workday worker", [
    text("wid", "The Workday id.", { caseExact: true }),
    text("workerId", "The worker id.", { caseExact: true }),
    text("employeeId", "The employee id.", { caseExact: true }),
    text("contingentWorkerId", "The id as a contingent worker.", { caseExact: true }),
    text("workerType", "Employee, Contingent Worker or another type."),
    truth("contingent", "Whether the person is a contingent worker."),
    text("preferredName", "The preferred name."),
    text("legalName", "The legal name."),
    text("businessTitle", "The business title."),
    text("position", "The position."),
    text("jobProfile", "The job profile."),
    text("jobFamily", "The job family."),
    text("jobClassification", "The job classification."),
    text("managementLevel", "The management level."),
    text("jobLevel", "The job level."),
    text("company", "The company."),
    text("businessUnit", "The business unit."),
    text("costCenter", "The cost centre."),
    text("region", "The region."),
    text("location", "The location."),
    complex("supervisoryOrganization", "The supervisory organisation.", [
      text("id", "Its id.", { caseExact: true }),
      text("name", "Its name."),
      text("parentId", "The id of the one above.", { caseExact: true }),
    ]),
    date("hireDate", "The day of hire"),
    date("originalHireDate", "The day of the first hire"),
    date("effectiveDate", "The day the data take effect"),
    date("terminationDate", "The day the work ends"),
    date("lastDayOfWork", "The last day worked"),
    date("contractEndDate", "The day the contract ends"),
    truth("onLeave", "Whether the person is on leave."),
    text("leaveStatus", "The kind of leave."),
  ]);

export const workdaySchema = worker(WORKDAY_SCHEMA);
export const workdayAliasSchema = worker(WORKDAY_ALIAS);
