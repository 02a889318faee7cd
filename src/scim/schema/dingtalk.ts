import { boolean, complex, integer, schema, string } from "./schema-attributes.ts";

/*
 * Attributes of people and departments at DingTalk that SCIM does not have (docs/dingtalk.md 4, 5 and 6). The
 * name space is our own.
 */

export const DINGTALK_USER_SCHEMA = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User";
export const DINGTALK_GROUP_SCHEMA = "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group";

export const dingtalkUserSchema = schema(DINGTALK_USER_SCHEMA, "DingTalkUser", "A person in DingTalk", [
  boolean("external", "Somebody who does not belong to the organisation; not made a member of it."),
  string(
    "accountType",
    "How the person signs in: an own DingTalk account, one of the organisation through single sign-on, or one with a login name.",
    {
      canonicalValues: ["personal", "sso", "dingtalk"],
    },
  ),
  string("loginId", "The login name of an account of type dingtalk."),
  boolean("hideMobile", "Hides the mobile number on the profile."),
  boolean("seniorMode", "Keeps ordinary staff from calling and seeing the number."),
  string("workPlace", "The place of work."),
  string("remark", "A note."),
  string("hiredDate", "The day the person joined, as an ISO 8601 date."),
  string("nickName", "The nickname of an account the organisation owns."),
  string("organizationEmail", "The address in the organisation's DingTalk mailbox."),
  string("organizationEmailType", "The edition of that mailbox.", {
    canonicalValues: ["profession", "base"],
  }),
  string("language", "The language of DingTalk.", { canonicalValues: ["zh_CN", "en_US"] }),
  string("mainDepartment", "The main department, by the id or externalId of its group, or by its path.", {
    caseExact: true,
  }),
  complex(
    "departments",
    "What holds for the person in one department only. It puts nobody into a department: groups and the mapping do.",
    [
      string("value", "The department, by the id or externalId of its group, or by its path.", {
        caseExact: true,
      }),
      string("title", "The title there."),
      integer("order", "The place among the people there; larger comes first."),
      boolean("main", "Whether it is the main department."),
    ],
    { multiValued: true },
  ),
  complex(
    "customFields",
    "Custom fields of the organisation, by the name the administrator gave them.",
    [string("name", "The name of the field."), string("value", "Its value.")],
    { multiValued: true },
  ),
  complex(
    "observed",
    "What DingTalk has in place of what a source says, where the mapping gives it the authority.",
    [
      string("mobile", "The mobile number there.", { mutable: "readOnly" }),
      string("avatar", "The address of the picture there.", { mutable: "readOnly" }),
      string("nickName", "The nickname there.", { mutable: "readOnly" }),
      boolean("activated", "Whether the person has signed in to DingTalk.", { mutable: "readOnly" }),
    ],
    { mutable: "readOnly" },
  ),
]);

export const dingtalkGroupSchema = schema(
  DINGTALK_GROUP_SCHEMA,
  "DingTalkGroup",
  "A group as a DingTalk department or role",
  [
    string("kind", "What the group becomes in DingTalk.", {
      canonicalValues: ["department", "role", "none"],
    }),
    string("parent", "The department above, by the id or externalId of its group, or by its path.", {
      caseExact: true,
    }),
    string("manager", "The manager of the department, by id, externalId or employee number.", {
      caseExact: true,
    }),
    complex(
      "managers",
      "The managers of the department, where there are several. Each becomes one as soon as they are members.",
      [string("value", "The id, externalId or employee number.", { caseExact: true })],
      { multiValued: true },
    ),
    integer("order", "The place among the departments of one parent; smaller comes first."),
    string("code", "A short code of the department."),
    boolean("hidden", "Hides the department from others."),
    boolean("external", "The people in it belong to another organisation."),
  ],
);
