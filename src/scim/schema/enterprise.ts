import { complex, schema, string } from "./schema-attributes.ts";

export const ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/**
 * RFC 7643 section 4.3. `$ref` and `displayName` of a manager depend on other resources and are not answered,
 * so they are not listed.
 */
export const enterpriseSchema = schema(ENTERPRISE_SCHEMA, "EnterpriseUser", "Enterprise User", [
  string("employeeNumber", "The number the organisation knows the person by. Compared exactly.", {
    caseExact: true,
  }),
  string("costCenter", "Cost centre."),
  string("organization", "Organisation or company."),
  string("division", "Division."),
  string("department", "Department, by name or by the client's identifier."),
  complex("manager", "The person's manager.", [
    string(
      "value",
      "The manager's id here, the externalId or the employee number. It may name a person who is still to come.",
      {
        caseExact: true,
      },
    ),
  ]),
]);
