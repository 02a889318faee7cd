import { type Catalogue, partsOf, type Reason } from "./words.ts";

const SOURCE = "Correct it at the source.";
const REPORT = "Probably a mistake of the mapping or of this program: report it.";
const ANOTHER =
  "If one of ours has it: give one of the two another value at the source. If somebody else has it: change or remove them in DingTalk, then retry.";
const FIRST =
  "Something else has to be done first and was not done after many tries. Look at the item: the department may have people of others inside, or a reference is broken.";
const ROOM = "Divide it at the source.";

const of = (text: string, remedy: string): Reason => [text, remedy];
const many = (count: number, one: string, more: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

export const ENGLISH: Catalogue = {
  language: "en",
  comma: ", ",
  brackets: [" (", ")"],
  labels: {
    since: "Since",
    lasted: "Lasted",
    goesOnFor: "Goes on for",
    code: "Code",
    names: "Among them",
    remedy: "What to do",
    link: "Open the dashboard",
  },
  occasions: { opened: "", reminder: "Still: ", closed: "Over: ", test: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    const parts = [
      days > 0 && many(days, "day", "days"),
      hours > 0 && many(hours, "hour", "hours"),
      minutes > 0 && many(minutes, "minute", "minutes"),
    ];
    return parts.filter((part) => part !== false).join(" ");
  },
  counted(counts) {
    const { user = 0, group = 0, department = 0, role = 0 } = counts;
    const parts = [
      user > 0 && many(user, "person", "people"),
      department > 0 && many(department, "department", "departments"),
      group > 0 && many(group, "group", "groups"),
      role > 0 && many(role, "role", "roles"),
    ];
    return parts.filter((part) => part !== false).join(" and ");
  },
  causes: {
    parked: {
      headline: (_told, { reason, counted }) => `${counted} parked: ${reason}`,
      remedy: "Look at the reason in docs/operations.md, correct it and retry.",
    },
    hold: {
      headline: ({ count, detail }) => `a limit of the policy holds back ${many(count, "change", "changes")} (${detail.limit})`,
      remedy:
        "Look at who is held (dingtalk-scim holds show). If it was a mistake, fix it at the source; if it is right, approve the hold.",
    },
    target: {
      headline: (_told, { reason }) => `nothing is sent to DingTalk: ${reason}`,
      remedy: "Run dingtalk-scim doctor: it names what is missing.",
    },
    process: {
      headline: (_told, { reason }) => `one process sends nothing to DingTalk: ${reason}`,
      remedy: "Run dingtalk-scim doctor on that machine.",
    },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "a client" : `the source ${detail.source}`} is refused: ${many(count, "request", "requests")} in a row with a credential that does not count`,
      remedy: "Look in the log for `a credential was refused`: it names the check that failed. Then put a valid token into the source.",
    },
    lost: {
      headline: ({ count }) => `${many(count, "entity was", "entities were")} left without a next look`,
      remedy: "They are put back to work within a minute. This is a bug: report it.",
    },
    signal: { headline: (_told, { reason }) => reason, remedy: "Find out who did it and why." },
    paused: {
      headline: () => "nothing has been sent to DingTalk for ten minutes",
      remedy: "The status says why (targetPause). Look whether DingTalk can be reached, and run dingtalk-scim doctor.",
    },
    overdue: {
      headline: ({ count }) => `${many(count, "entity waits", "entities wait")} to be carried out, the oldest for more than 15 minutes`,
      remedy: "Look whether DingTalk can be reached and whether somebody stopped all writes. A very large change takes its time.",
    },
    latency: {
      headline: ({ detail }) =>
        `changes take ${detail.seconds} s to reach DingTalk (95 of 100 are faster); the target is ${detail.targetSeconds} s`,
      remedy: "Look at the rate limit (DINGTALK_QPS), at the load of the database and at DingTalk's answer times.",
    },
    silence: {
      headline: ({ detail }) => `the source ${detail.source} has been silent for three times as long as usual`,
      remedy: "Look at the provisioning status at the source: it may be stopped or in quarantine.",
    },
    comparison: {
      headline: () => "nothing was compared with DingTalk for 26 hours",
      remedy: "Run dingtalk-scim sync. If it does not end, look in the log for the reason.",
    },
    listening: {
      headline: () => "DingTalk has not been heard for ten minutes",
      remedy:
        "Changes made there wait for the comparison. Look in the log for the reason; Events and callbacks of the app must be in Stream mode.",
    },
    hints: {
      headline: ({ count, detail }) =>
        `DingTalk tells of ${detail.percent} % of the changes made there only; ${many(count, "was", "were")} found by comparisons, which come hourly now`,
      remedy: "Look in the app's event subscription whether the contact events are subscribed. It is over a day after all are told again.",
    },
    sealing: {
      headline: () => "the history has not been sealed for five minutes",
      remedy: "Look in the log of the workers for the reason, often a missing HISTORY_KEY_FILE. Until then later events cannot be proven.",
    },
    altered: {
      headline: () => "the history is not what was signed",
      remedy:
        "Run dingtalk-scim history verify: it names the first wrong entry. Keep the database as it is until it is known who or what has altered it.",
    },
    import: {
      headline: ({ detail }) => `nothing is taken over from the source ${detail.source}: its file or report was refused as a whole`,
      remedy: "See what is wrong: dingtalk-scim workday check, or people import --dry-run.",
    },
    worker: {
      headline: () => "no process carries out changes",
      remedy: "Start a process with ROLE=worker or ROLE=all, or look why it ended.",
    },
    test: { headline: () => "test message: this channel works", remedy: "" },
  },
  reasons: {
    contactScope: of(
      "the app does not see the whole organisation any more",
      "Widen the contact scope to all employees: open-dev.dingtalk.com › the app › Permissions.",
    ),
    addressNotAllowed: of(
      "our address is not on the app's list",
      "Add it: open-dev.dingtalk.com › the app › Security settings › Server egress IP.",
    ),
    permissionMissing: of("the app lost a permission", "Grant it again: dingtalk-scim doctor names it."),
    credentialWrong: of(
      "DingTalk refuses the app's credential",
      "Compare app key, secret and corp id with open-dev.dingtalk.com, and look whether the app is enabled.",
    ),
    settingsWrong: of("a setting or the clock of this machine is wrong", "Run dingtalk-scim doctor: it names the setting."),
    oneTimeLinkUsed: of("somebody signed in by a one-time link", "Find out who did it and why. End the session if nobody knows."),
    sealingLate: of(
      "the history was not sealed in time",
      "Look in the log for the reason; until then later changes of the history cannot be proven.",
    ),
    historyAltered: of("the history is not what was signed", "Run dingtalk-scim history verify: it names the first wrong entry."),
    importRefused: of(
      "a file or report was refused as a whole",
      "Run dingtalk-scim workday check, or people import --dry-run: it names the rows that are wrong, or the number of active people to confirm with --count.",
    ),
    parentStuck: of("the department above could not be created", "Look at that department first."),
    parentNotKnown: of("the group above is not in the directory", "Send that group, or correct the parent at the source."),
    groupStuck: of("their only group waits for the group above it", "Look at that group."),
    hiddenDepartmentStuck: of("their only departments are hidden ones that could not be made", "Look at those departments."),
    groupCycle: of("the groups above lead back to themselves", "Break the circle at the source."),
    pathTooDeep: of("the department would be more than 20 levels deep", "Shorten the path of the group."),
    groupWithoutName: of("the group has no name that a department can have", "Give it a name at the source."),
    invitationRunOut: of("an invitation was not accepted within seven days", "Retry to send another one, and tell the person."),
    unexpectedError: of("an unexpected error", "This is a bug: report it with the log line that has the id."),
    personOutsideScope: of(
      "outside the app's contact scope",
      "Widen the contact scope to all employees: open-dev.dingtalk.com › the app › Permissions.",
    ),
    departmentOutsideScope: of(
      "outside the app's contact scope",
      "Widen the contact scope to all employees: open-dev.dingtalk.com › the app › Permissions.",
    ),
    quotaUsedUp: of(
      "the quota of DingTalk calls is used up",
      "Buy more or wait: open-dev.dingtalk.com › Development › API call statistics.",
    ),
    mobileTaken: of("mobile number taken", ANOTHER),
    accountTaken: of("the owner of the number is in the organisation under another number", ANOTHER),
    emailTaken: of("e-mail address taken", ANOTHER),
    extensionTaken: of("telephone extension taken", ANOTHER),
    valueTaken: of("another one has a value", ANOTHER),
    nameTaken: of("a department of others has this name", "Rename or remove it in DingTalk, then retry."),
    roleNameTaken: of("a role of others has this name", "Rename or remove it in DingTalk, then retry."),
    userIdTaken: of("the user id exists", "Retry: the person is read again."),
    externalContactExists: of("the external contact exists", "Remove it in DingTalk."),
    mobileLocked: of("the number belongs to the person and cannot be changed", "The person changes it in DingTalk."),
    mobileOfOtherAccount: of("the new number belongs to another DingTalk account", "The person changes it in DingTalk."),
    mobileDiffersFromLogin: of("the number differs from the one the person signs in with", "The person changes it in DingTalk."),
    nameMissing: of("the name is missing", SOURCE),
    nameInvalid: of("the name is empty, too long or not allowed", SOURCE),
    nameSensitive: of("DingTalk considers the name sensitive", SOURCE),
    roleNameEmpty: of("the role has no name", SOURCE),
    mobileMissing: of("the mobile number is missing", SOURCE),
    loginMissing: of("the login name of an enterprise account is missing", SOURCE),
    mobileInvalid: of("the mobile number is not valid", SOURCE),
    identityMissing: of("neither a mobile number nor an e-mail address", SOURCE),
    contactInvalid: of("mobile number or e-mail address is not valid", SOURCE),
    emailInvalid: of("the e-mail address is not valid", SOURCE),
    jobNumberInvalid: of("the job number is not valid", SOURCE),
    customFieldInvalid: of("a custom field is not valid", SOURCE),
    extensionTooLong: of("the telephone extension is too long", SOURCE),
    workPlaceTooLong: of("the work place is too long", SOURCE),
    remarkTooLong: of("the remark is too long", SOURCE),
    tooManyDepartmentsOfPerson: of("too many departments", SOURCE),
    departmentListInvalid: of("the list of departments is not valid", SOURCE),
    orderInvalid: of("the order is no whole number", SOURCE),
    characterNotRead: of("the text has a character that DingTalk does not read", REPORT),
    parameterInvalid: of("DingTalk does not accept a value of the call", REPORT),
    formInvalid: of("DingTalk does not accept the form of the call", REPORT),
    tooManyPeopleListed: of("a list of people is too long", REPORT),
    pageInvalid: of("a page is out of range", REPORT),
    visibilityListInvalid: of("a list of who may see the department is not valid", REPORT),
    visibilityNotSet: of("the visibility of the department could not be set", REPORT),
    departmentNotListed: of("the department cannot be listed this way", REPORT),
    tokenCallInvalid: of("the token call is not understood", REPORT),
    unknownAnswer: of("DingTalk answered with a code we do not know", "Report it, so that it gets a meaning."),
    departmentTooDeep: of("the department would be too deep", ROOM),
    tooManyDepartments: of("there are too many departments", ROOM),
    departmentFull: of("the department has too many members", ROOM),
    organisationFull: of(
      "the organisation is full",
      "Verify it or buy seats: DingTalk admin console › Enterprise settings › Certification.",
    ),
    tooManyOrganisations: of("the owner of the number is in five unverified organisations", "They leave one of them."),
    tooManyExternalContacts: of("there are too many external contacts", "Make room, or switch them on."),
    labelMissing: of("the label of the external contact does not exist", "Create it in DingTalk."),
    externalContactsOff: of("external contacts are not switched on", "Switch them on in DingTalk."),
    rootProtected: of("the organisation itself cannot be changed", "The mapping should not name it."),
    roleProtected: of("the role belongs to DingTalk", "The mapping should not name it."),
    notEnterpriseAccount: of("only enterprise accounts can be switched off", "Remove the person, or make the change by hand."),
    administrator: of(
      "administrators of the organisation are never removed",
      "Take the role away: DingTalk admin console › Security and permissions.",
    ),
    outsideManagedRoot: of(
      "outside the managed department",
      "Move it below DINGTALK_MANAGED_ROOT in DingTalk, or make the change by hand.",
    ),
    roleNotIdentifiable: of("a role that may exist cannot be identified", "If it exists, remove it by hand in the role group SCIM."),
    featureMissing: of(
      "enterprise accounts were refused",
      "Let DingTalk switch them on, or give the person a mobile number and no account type; then retry.",
    ),
    stillManages: of("the person still manages a department that they leave", "Remove them from its managers in DingTalk, then retry."),
    notSupported: of("DingTalk has no such thing", REPORT),
    parentMissing: of("the department above does not exist", FIRST),
    roleGroupMissing: of("the role group does not exist", FIRST),
    peopleInside: of("people are still inside", FIRST),
    departmentsInside: of("departments are still inside", FIRST),
    parentBelow: of("the new parent is still below the department", FIRST),
    roleInUse: of("people still have the role", FIRST),
    managerNotMember: of("a manager is not a member of the department", FIRST),
    managerMissing: of("the manager does not exist", FIRST),
    chatOwnerNotMember: of("the owner of the chat is not a member", FIRST),
    chatOwnerMissing: of("the owner of the chat does not exist", FIRST),
  },
};
