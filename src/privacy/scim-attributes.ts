import { type AttributeClasses, open, personal, secret } from "./classification.ts";

/* The attributes of SCIM, by schema as the product serves them. */

const COMMON: AttributeClasses = {
  schemas: open("technical"),
  id: open("identity"),
  meta: open("technical"),
  "meta.resourceType": open("technical"),
  "meta.created": open("technical"),
  "meta.lastModified": open("technical"),
  "meta.location": open("technical"),
  "meta.version": open("technical"),
};

const USER: AttributeClasses = {
  ...COMMON,
  externalId: personal("identity"),
  userName: personal("identity", "name"),
  name: personal("name", "name"),
  displayName: personal("name", "name"),
  nickName: personal("client"),
  profileUrl: personal("client"),
  title: personal("work", "title"),
  userType: personal("terms"),
  preferredLanguage: personal("client"),
  locale: personal("client"),
  timezone: personal("client"),
  active: open("account"),
  password: secret("unused"),
  emails: personal("contact", "email"),
  phoneNumbers: personal("contact", "mobile", "telephone"),
  ims: personal("client"),
  photos: personal("client"),
  addresses: personal("contact", "work_place"),
  groups: personal("place", "departments", "roles"),
  entitlements: personal("client"),
  roles: personal("client"),
  x509Certificates: personal("client"),
};

const ENTERPRISE: AttributeClasses = {
  employeeNumber: personal("identity", "job_number"),
  costCenter: personal("place", "extension.Cost centre"),
  organization: personal("client"),
  division: personal("client"),
  department: personal("place"),
  manager: personal("place", "manager"),
};

const DINGTALK_USER: AttributeClasses = {
  external: personal("terms", "external"),
  accountType: personal("account", "account"),
  loginId: personal("account", "login_id"),
  hideMobile: personal("account", "hide_mobile"),
  seniorMode: personal("account", "senior_mode"),
  workPlace: personal("place", "work_place"),
  remark: personal("work", "remark"),
  hiredDate: personal("terms", "hired_date"),
  nickName: personal("name", "nickname"),
  organizationEmail: personal("contact", "org_email"),
  organizationEmailType: personal("account", "org_email_type"),
  language: personal("account"),
  mainDepartment: personal("place", "mainDepartment"),
  departments: personal("place", "positions"),
  customFields: personal("work", "customFields"),
  // Told by DingTalk, and never sent.
  observed: personal("contact"),
};

const WORKER: AttributeClasses = {
  wid: personal("identity"),
  workerId: personal("identity"),
  employeeId: personal("identity", "job_number"),
  contingentWorkerId: personal("identity", "job_number"),
  workerType: personal("terms"),
  contingent: personal("terms"),
  preferredName: personal("name"),
  legalName: personal("name"),
  businessTitle: personal("work", "title"),
  position: personal("work"),
  jobProfile: personal("work"),
  jobFamily: personal("work"),
  jobClassification: personal("work"),
  managementLevel: personal("work", "extension.Job level"),
  jobLevel: personal("work", "extension.Job level"),
  company: personal("place"),
  businessUnit: personal("place"),
  costCenter: personal("place", "extension.Cost centre"),
  region: personal("place"),
  location: personal("place", "work_place"),
  supervisoryOrganization: personal("place"),
  hireDate: personal("terms", "hired_date"),
  originalHireDate: personal("terms"),
  effectiveDate: personal("terms"),
  terminationDate: personal("terms"),
  lastDayOfWork: personal("terms"),
  lastDayWorked: personal("terms"),
  contractEndDate: personal("terms"),
  onLeave: personal("terms"),
  leaveStatus: personal("terms"),
};

const GROUP: AttributeClasses = {
  ...COMMON,
  externalId: open("structure"),
  displayName: open("structure"),
  members: personal("place"),
};

const DINGTALK_GROUP: AttributeClasses = {
  kind: open("structure"),
  parent: open("structure"),
  manager: personal("structure"),
  managers: personal("structure"),
  order: open("structure"),
  code: open("structure"),
  hidden: open("structure"),
  external: open("structure"),
};

/** By the URN of the schema. */
export const SCIM_ATTRIBUTES: Readonly<Record<string, AttributeClasses>> = {
  "urn:ietf:params:scim:schemas:core:2.0:User": USER,
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ENTERPRISE,
  "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:User": DINGTALK_USER,
  "urn:dingtalk-scim:params:scim:schemas:extension:workday:2.0:Worker": WORKER,
  "urn:ietf:params:scim:schemas:extension:workday:2.0:Worker": WORKER,
  "urn:ietf:params:scim:schemas:core:2.0:Group": GROUP,
  "urn:dingtalk-scim:params:scim:schemas:extension:dingtalk:2.0:Group": DINGTALK_GROUP,
};
