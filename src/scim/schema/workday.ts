import type { SchemaDefinition } from "./schema-attributes.ts";
import { boolean, complex, schema, string } from "./schema-attributes.ts";

/*
 * A worker in the form that an integration of Workday would send (docs/clients.md 3). Workday has no SCIM
 * schema. The second URN is in use although its name space belongs to the IETF. A client that sends it gets
 * it back.
 */

export const WORKDAY_SCHEMA = "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker";
export const WORKDAY_ALIAS = "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker";

const date = (name: string, description: string) => string(name, `${description}, as an ISO 8601 date.`);

/** Each worker schema needs attributes of its own, because the library's objects belong to one definition. */
const worker = (id: string): SchemaDefinition =>
  schema(id, "WorkdayWorker", "A person as a Workday worker", [
    string("wid", "The Workday id.", { caseExact: true }),
    string("workerId", "The worker id.", { caseExact: true }),
    string("employeeId", "The employee id.", { caseExact: true }),
    string("contingentWorkerId", "The id as a contingent worker.", { caseExact: true }),
    string("workerType", "Employee, Contingent Worker or another type."),
    boolean("contingent", "Whether the person is a contingent worker."),
    string("preferredName", "The preferred name."),
    string("legalName", "The legal name."),
    string("businessTitle", "The business title."),
    string("position", "The position."),
    string("jobProfile", "The job profile."),
    string("jobFamily", "The job family."),
    string("jobClassification", "The job classification."),
    string("managementLevel", "The management level."),
    string("jobLevel", "The job level."),
    string("company", "The company."),
    string("businessUnit", "The business unit."),
    string("costCenter", "The cost centre."),
    string("region", "The region."),
    string("location", "The location."),
    complex("supervisoryOrganization", "The supervisory organisation.", [
      string("id", "Its id.", { caseExact: true }),
      string("name", "Its name."),
      string("parentId", "The id of the one above.", { caseExact: true }),
    ]),
    date("hireDate", "The day of hire"),
    date("originalHireDate", "The day of the first hire"),
    date("effectiveDate", "The day the data take effect"),
    date("terminationDate", "The day the work ends"),
    date("lastDayOfWork", "The last day worked"),
    date("lastDayWorked", "The same by the name that reports of Workday have"),
    date("contractEndDate", "The day the contract ends"),
    boolean("onLeave", "Whether the person is on leave."),
    string("leaveStatus", "The kind of leave."),
  ]);

export const workdaySchema = worker(WORKDAY_SCHEMA);
export const workdayAliasSchema = worker(WORKDAY_ALIAS);
