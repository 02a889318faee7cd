import type { Reasons } from "./reasons.ts";

/** What each reason is called, by its code, and what to do about it. */
const WAIT = "Nothing to do: it is retried automatically.";
const MODE = "Check the plan. If it is right, raise the mode.";
const POLICY = "This follows from the policy file. Change the file if it is not intended.";
const INVITED = "The person has to act in DingTalk: accept the invitation, or change the number.";
const APP = "An administrator of DingTalk has to change the app or the organisation: open-dev.dingtalk.com.";
const SCOPE = "Widen the contact scope to all employees: open-dev.dingtalk.com › the app › Permissions.";
const ANOTHER =
  "If a person of the directory has it: change one of the two values at the source. If another account in DingTalk has it: change or remove that account, then retry.";
const RENAME = "Rename or remove it in DingTalk, then retry.";
const PERSON = "The person changes it in DingTalk.";
const SOURCE = "Correct it at the source.";
const HOLD = "Check the hold and decide: “Needs you” in the dashboard, or dingtalk-scim holds list.";
const REPORT = "Probably a mistake of the mapping or of this program: report it.";
const ROOM = "Split it at the source.";
const NOT_NAMED = "Remove it from the mapping.";
const FIRST =
  "A prerequisite is still missing after many tries. Open the item: the department may contain people who are not managed, or a reference is broken.";

export const ENGLISH_REASONS: Reasons = {
  waitingForDepartment: ["a department has to be created first", WAIT],
  waitingForManager: ["the manager has to be created first", WAIT],
  waitingForParent: ["the parent department has to be created first", WAIT],
  parentStuck: ["the parent department could not be created", "Check that department first."],
  waitingForName: ["another department has to release its name first", WAIT],
  settling: ["a rename may still be in progress", WAIT],
  stillManager: ["still manages other people", WAIT],
  stillOccupied: ["people or departments are still inside", WAIT],
  roleStillUsed: ["people still have the role", WAIT],
  modeObserve: ["the mode observe sends nothing", MODE],
  modeUpsert: ["the mode upsert removes nothing", MODE],
  heldByLimit: ["held back by a limit of the policy", HOLD],
  rulesHeld: ["a changed mapping or policy is held, and this waits for the decision", HOLD],
  peopleRemoved: ["more people leave DingTalk than the limit allows", HOLD],
  departmentsRemoved: ["more departments are removed than the limit allows", HOLD],
  departmentEmptied: ["more people leave one department than the limit allows", HOLD],
  attributeBlanked: ["one attribute is emptied or made equal for more people than the limit allows", HOLD],
  sourceCollapsed: ["a source lost most of its people", HOLD],
  mappingChanged: ["a new mapping or policy changes more than the limits allow", HOLD],
  protectedPerson: ["protected by the policy", POLICY],
  outsidePilot: ["outside the pilot", POLICY],
  privateAddress: ["an e-mail address outside the organisation’s domains", POLICY],
  externalWithoutDepartment: [
    "a person of another organisation without a department",
    "Correct the group or department at the source.",
  ],
  parentNotKnown: [
    "the parent group is not in the directory",
    "Send that group, or correct the parent at the source.",
  ],
  groupStuck: ["their only group waits for its parent group", "Check that group."],
  hiddenDepartmentStuck: [
    "their only departments are hidden ones that could not be created",
    "Check those departments.",
  ],
  groupCycle: ["the parent groups form a cycle", "Break the cycle at the source."],
  pathTooDeep: ["the department would be more than 20 levels deep", "Shorten the path of the group."],
  groupWithoutName: ["the group has no valid department name", "Give it a name at the source."],
  inGrace: ["a leaver in the grace period", WAIT],
  invitationOpen: ["invited, not accepted yet", INVITED],
  invitedLeaver: ["left while an invitation was open", INVITED],
  invitationRunOut: [
    "an invitation was not accepted within seven days",
    "Retry to send a new one, and tell the person.",
  ],
  adoptionOpen: [
    "may be a person who is already in DingTalk",
    "Decide whether it is the same person: “Needs you” in the dashboard, or dingtalk-scim adopt list.",
  ],
  leaverUndecided: [
    "has left, and may still be in DingTalk with an account that nobody has decided about",
    "Remove the account in DingTalk by hand if it is theirs. If it is somebody else’s, reject the match: “Needs you” in the dashboard, or dingtalk-scim adopt list.",
  ],
  joinOpen: [
    "may be the same person as a record of another source",
    "Decide whether it is the same person: “Needs you” in the dashboard, or dingtalk-scim joins list.",
  ],
  recordDeleted: [
    "present in every remaining record, but one source deleted its record",
    "If they have not left: let the deleted record be forgotten with dingtalk-scim joins forget and the id of the person, or have the source create it again.",
  ],
  strangersInside: [
    "the department contains people who are not managed",
    "Move them out of the department in DingTalk (管理后台 › 通讯录), then retry.",
  ],
  databaseUnavailable: ["the database did not answer", WAIT],
  unexpectedError: ["an unexpected error", "This is a bug: report it with the log line that has the id."],
  dingtalkBusy: ["DingTalk is busy", WAIT],
  gatewayRefused: ["DingTalk's gateway refused without a reason", WAIT],
  noAnswer: ["DingTalk gave no answer", WAIT],
  addressBlocked: ["our address is blocked by DingTalk", APP],
  organisationBlocked: ["the organisation is blocked by DingTalk", WAIT],
  quotaUsedUp: [
    "the quota of DingTalk calls is used up",
    "Buy more or wait: open-dev.dingtalk.com › Development › API call statistics.",
  ],
  appStopped: ["the app is stopped", APP],
  organisationDisabled: ["the organisation is disabled", APP],
  organisationWrong: ["the corp id is wrong", APP],
  apiAddressWrong: ["this API does not exist at the address", APP],
  httpsRequired: ["DingTalk answers by HTTPS only", APP],
  personOutsideScope: ["outside the app's contact scope", SCOPE],
  departmentOutsideScope: ["outside the app's contact scope", SCOPE],
  roleMissing: ["the role no longer exists", WAIT],
  roleGroupMissing: ["the role group does not exist", FIRST],
  peopleInside: ["people are still inside", FIRST],
  departmentsInside: ["departments are still inside", FIRST],
  parentBelow: ["the new parent is still below the department", FIRST],
  roleInUse: ["people still have the role", FIRST],
  managerNotMember: ["a manager is not a member of the department", FIRST],
  managerMissing: ["the manager does not exist", FIRST],
  chatOwnerNotMember: ["the owner of the chat is not a member", FIRST],
  chatOwnerMissing: ["the owner of the chat does not exist", FIRST],
  userIdTaken: ["the user id exists", "Retry: the person is read again."],
  mobileTaken: ["mobile number taken", ANOTHER],
  accountTaken: ["the owner of the number is already in the organisation with another number", ANOTHER],
  extensionTaken: ["telephone extension taken", ANOTHER],
  roleNameTaken: ["a role that is not managed has this name", RENAME],
  externalContactExists: ["the external contact exists", "Remove it in DingTalk."],
  invitationPending: ["invited, not accepted yet", INVITED],
  mobileLocked: ["the number belongs to the person and cannot be changed", PERSON],
  mobileOfOtherAccount: ["the new number belongs to another DingTalk account", PERSON],
  mobileDiffersFromLogin: ["the number differs from the one the person signs in with", PERSON],
  nameInvalid: ["the name is empty, too long or not allowed", SOURCE],
  nameSensitive: ["DingTalk considers the name sensitive", SOURCE],
  orderInvalid: ["the order is not a whole number", SOURCE],
  mobileInvalid: ["the mobile number is not valid", SOURCE],
  emailInvalid: ["the e-mail address is not valid", SOURCE],
  identityMissing: ["neither a mobile number nor an e-mail address", SOURCE],
  contactInvalid: ["mobile number or e-mail address is not valid", SOURCE],
  customFieldInvalid: ["a custom field is not valid", SOURCE],
  jobNumberInvalid: ["the job number is not valid", SOURCE],
  extensionTooLong: ["the telephone extension is too long", SOURCE],
  workPlaceTooLong: ["the work place is too long", SOURCE],
  remarkTooLong: ["the remark is too long", SOURCE],
  tooManyDepartmentsOfPerson: ["too many departments", SOURCE],
  departmentListInvalid: ["the list of departments is not valid", SOURCE],
  visibilityListInvalid: ["a visibility list of the department is not valid", REPORT],
  visibilityNotSet: ["the visibility of the department could not be set", REPORT],
  departmentNotListed: ["the department cannot be listed this way", REPORT],
  roleNameEmpty: ["the role has no name", SOURCE],
  tooManyPeopleListed: ["a list of people is too long", REPORT],
  characterNotRead: ["the text has a character that DingTalk does not accept", REPORT],
  parameterInvalid: ["DingTalk does not accept a value of the call", REPORT],
  formInvalid: ["DingTalk does not accept the form of the call", REPORT],
  pageInvalid: ["a page is out of range", REPORT],
  tokenCallInvalid: ["the token call is not understood", REPORT],
  departmentTooDeep: ["the department would be too deep", ROOM],
  tooManyDepartments: ["there are too many departments", ROOM],
  departmentFull: ["the department has too many members", ROOM],
  tooManyOrganisations: [
    "the owner of the number is in five unverified organisations",
    "The person leaves one of them.",
  ],
  tooManyExternalContacts: ["there are too many external contacts", "Make room, or switch them on."],
  labelMissing: ["the label of the external contact does not exist", "Create it in DingTalk."],
  externalContactsOff: ["external contacts are not switched on", "Switch them on in DingTalk."],
  rootProtected: ["the organisation itself cannot be changed", NOT_NAMED],
  roleProtected: ["the role belongs to DingTalk", NOT_NAMED],
  notEnterpriseAccount: [
    "only enterprise accounts can be switched off",
    "Remove the person, or make the change by hand.",
  ],
  unknownAnswer: ["DingTalk answered with an unknown code", "Report it."],
  appRateExceeded: ["the app calls too often", WAIT],
  apiRateExceeded: ["all apps together call too often", WAIT],
  tokenRefused: ["the access token was refused", WAIT],
  credentialWrong: [
    "DingTalk refuses the app's credential",
    "Compare app key, secret and corp id with open-dev.dingtalk.com, and check that the app is enabled.",
  ],
  permissionMissing: ["the app lost a permission", "Grant it again: dingtalk-scim doctor names it."],
  addressNotAllowed: [
    "our address is not on the app's list",
    "Add it: open-dev.dingtalk.com › the app › Security settings › Server egress IP.",
  ],
  personMissing: ["the person is not in the organisation", WAIT],
  departmentMissing: ["the department does not exist", WAIT],
  parentMissing: ["the parent department does not exist", FIRST],
  organisationFull: [
    "the organisation is full",
    "Verify it or buy seats: DingTalk admin console › Enterprise settings › Certification.",
  ],
  nameTaken: ["a department that is not managed has this name", RENAME],
  emailTaken: ["e-mail address taken", ANOTHER],
  unreachable: ["DingTalk cannot be reached", WAIT],
  answerIncomplete: ["DingTalk's answer was incomplete", WAIT],
  rateLimited: ["waits for the rate limit", WAIT],
  leaseEnded: ["took too long; it is retried", WAIT],
  administrator: [
    "administrators of the organisation are never removed",
    "Take the role away: DingTalk admin console › Security and permissions.",
  ],
  outsideManagedRoot: [
    "outside the managed department",
    "Move it below DINGTALK_MANAGED_ROOT in DingTalk, or make the change by hand.",
  ],
  nameMissing: ["the name is missing", SOURCE],
  mobileMissing: ["the mobile number is missing", SOURCE],
  loginMissing: ["the login name of an enterprise account is missing", SOURCE],
  nameTakenByOwn: ["another managed department has the name", WAIT],
  stillManages: [
    "the person still manages a department that they are leaving",
    "Remove them from its managers in DingTalk, then retry.",
  ],
  featureMissing: [
    "enterprise accounts were refused",
    "Ask DingTalk to enable them, or give the person a mobile number and no account type; then retry.",
  ],
  valueTaken: ["another account has one of the values", ANOTHER],
  nameCameFree: ["the name is free now; it is retried", WAIT],
  roleNotIdentifiable: [
    "a role that may exist cannot be identified",
    "If it exists, remove it by hand in the role group SCIM.",
  ],
  notSupported: ["DingTalk does not support this", REPORT],
  contactScope: ["the app no longer sees the whole organisation", SCOPE],
  settingsWrong: [
    "a setting or the clock of this machine is wrong",
    "Run dingtalk-scim doctor: it names the setting.",
  ],
  oneTimeLinkUsed: [
    "somebody signed in with a one-time link",
    "Find out who did it and why. End the session if nobody knows.",
  ],
  sealingLate: [
    "the history was not sealed in time",
    "Check the log for the reason. Until this is fixed, later changes of the history cannot be proven.",
  ],
  changeLate: [
    "a scheduled change is late",
    "Check that a process with ROLE=worker or ROLE=all runs, and check its log. A person whose last day is over may still be in DingTalk.",
  ],
  datesNotRead: [
    "dates of people could not be read",
    "The log has the ids of the people and the code of the failure. Until it succeeds, their earlier dates apply, and a person whose last day is over may still be in DingTalk.",
  ],
  importRefused: [
    "a file or report was refused as a whole",
    "Run dingtalk-scim workday check, or people import --dry-run: it names the rows that are wrong, or the number of active people to confirm with --count.",
  ],
  graceKeepsAccess: [
    "leavers keep their access to DingTalk until the grace ends: a regular account cannot be disabled, and the mapping names no department to park them in",
    "Name the department in inactive.parkIn of MAPPING_FILE, or set grace.regular to 0 in POLICY_FILE. If it is meant, write keepsAccess: true below grace.",
  ],
  cloudsMixed: [
    "the addresses of two clouds are mixed",
    "Set DINGTALK_OAPI_URL and DINGTALK_API_URL both to .com (mainland product) or both to .io (DingTalk International).",
  ],
  fieldHidden: [
    "the app cannot read some values of people",
    "Grant the field permission: open-dev.dingtalk.com › the app › Permission management › Contacts.",
  ],
  registeredElsewhere: [
    "the organisation seems to be registered in another region than the mapping says",
    "DingTalk admin console › Enterprise settings shows the region. Set organisation.region in the mapping file.",
  ],
  managedRootMissing: [
    "DINGTALK_MANAGED_ROOT names a department that DingTalk does not have",
    "Set it to the id of a department: DingTalk admin console › Contacts, in the address of the department’s page.",
  ],
  enterpriseAccountsOff: [
    "the mapping makes enterprise accounts, and the organisation has none",
    "Ask DingTalk to enable enterprise accounts.",
  ],
  clockWrong: ["the clock of the server is wrong", "Switch on time synchronisation (NTP) on the server."],
  cannotConnect: [
    "the server cannot connect to DingTalk",
    "Check name resolution and the firewall of the server, and the addresses of DingTalk in the settings.",
  ],
  historyAltered: [
    "the history does not match its signatures",
    "Run dingtalk-scim history verify: it names the first wrong entry.",
  ],
};
