/**
 * The mapping without a file, in the form of a file. Attribute names are DingTalk's (docs/dingtalk.md 4 and
 * 5). It sends only the attributes of a person that are needed. A rule without a value sends nothing.
 */
export const DEFAULT_MAPPING = `# Attribute and department mapping, see docs/mapping.md.
version: 1
region: HK               # numbers without a country code are of this region
zone: Asia/Hong_Kong     # dates without a time zone are days here

person:
  name: firstOf(user.displayName, user.name.formatted, fullName(user.name), user.userName)
  title: firstOf(user.title, workday.businessTitle)
  job_number: firstOf(enterprise.employeeNumber, workday.employeeId, workday.contingentWorkerId)
  mobile: phone(phoneOf(user, "mobile"))
  email: emailOf(user, "work")
  telephone: readablePhone(phoneOf(user, "work"))
  hide_mobile: { value: dingtalk.hideMobile, default: true }

  # From here on only for sources that send more than the usual.
  work_place: oneLine(firstOf(dingtalk.workPlace, workday.location, addressOf(user, "work").formatted))
  hired_date: dateMs(firstOf(dingtalk.hiredDate, workday.hireDate))
  senior_mode: dingtalk.seniorMode
  remark: dingtalk.remark
  login_id: dingtalk.loginId
  nickname: dingtalk.nickName
  org_email: dingtalk.organizationEmail
  org_email_type: dingtalk.organizationEmailType
  extension.Job level: firstOf(workday.jobLevel, workday.managementLevel)
  extension.Cost centre: firstOf(enterprise.costCenter, workday.costCenter)

customFields: dingtalk.customFields
manager: enterprise.manager.value      # nobody there: cleared
external: dingtalk.external
account: dingtalk.accountType          # personal, or an account of the organisation: sso, dingtalk

departments:
  from: groups
  separator: "/"
  main: dingtalk.mainDepartment
  positions: dingtalk.departments      # title and order in one department
  managers: firstOf(dingtalk.managers, dingtalk.manager)   # none ever named: those DingTalk has stay
  settings:
    order: dingtalk.order
    code: dingtalk.code
    hide_dept: dingtalk.hidden
    outer_dept: external
  external: [External partners]
  externalDefault: External partners

inactive: { regular: remove }
`;
