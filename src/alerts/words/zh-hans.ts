import { type Catalogue, partsOf, type Reason } from "./words.ts";

const SOURCE = "请在来源系统中更正。";
const REPORT = "很可能是映射文件或本程序的问题，请反馈给我们。";
const ANOTHER = "如果占用者是本系统管理的人员：在来源系统中为其中一人换一个值。如果是其他人：在钉钉中修改或移除该人员，然后重试。";
const FIRST = "需要先完成其他操作，多次尝试后仍未完成。请查看该条目：部门内可能有不归本系统管理的人员，或引用已失效。";
const ROOM = "请在来源系统中拆分。";

const of = (text: string, remedy: string): Reason => [text, remedy];
const number = (count: number): string => count.toLocaleString("zh-CN");

export const SIMPLIFIED: Catalogue = {
  language: "zh-Hans-CN",
  comma: "、",
  brackets: ["（", "）"],
  labels: {
    since: "开始时间",
    lasted: "持续时长",
    goesOnFor: "已持续",
    code: "代码",
    names: "涉及人员（部分）",
    remedy: "处理办法",
    link: "打开管理页面",
  },
  occasions: { opened: "", reminder: "仍未解决：", closed: "已恢复：", test: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    return [days > 0 && `${days} 天`, hours > 0 && `${hours} 小时`, minutes > 0 && `${minutes} 分钟`]
      .filter((part) => part !== false)
      .join(" ");
  },
  counted({ user = 0, group = 0, department = 0, role = 0 }) {
    const parts = [
      user > 0 && `${number(user)} 名人员`,
      department > 0 && `${number(department)} 个部门`,
      group > 0 && `${number(group)} 个群组`,
      role > 0 && `${number(role)} 个角色`,
    ];
    return parts.filter((part) => part !== false).join("、");
  },
  causes: {
    parked: {
      headline: (_told, { reason, counted }) => `${counted}无法同步：${reason}`,
      remedy: "请在 docs/operations.md 中查看该原因，更正后重试。",
    },
    hold: {
      headline: ({ count, detail }) => `已达到策略上限，${number(count)} 项变更被暂缓（${detail.limit}）`,
      remedy: "请查看被暂缓的内容（dingtalk-scim holds show）。如属误操作，请在来源系统中更正；如确属预期，请批准。",
    },
    target: { headline: (_told, { reason }) => `已停止向钉钉发送：${reason}`, remedy: "请运行 dingtalk-scim doctor，它会指出缺少什么。" },
    process: { headline: (_told, { reason }) => `一个进程已停止向钉钉发送：${reason}`, remedy: "请在该机器上运行 dingtalk-scim doctor。" },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "某个客户端" : `来源 ${detail.source} `}被拒绝：连续 ${number(count)} 次请求使用了无效凭据`,
      remedy: "请在日志中查找 `a credential was refused`，其中写明未通过的检查，然后在来源系统中填入有效的令牌。",
    },
    lost: {
      headline: ({ count }) => `${number(count)} 个对象没有安排下一次处理`,
      remedy: "它们会在一分钟内恢复处理。这是程序缺陷，请反馈给我们。",
    },
    signal: { headline: (_told, { reason }) => reason, remedy: "请查明是谁、因何操作。" },
    paused: {
      headline: () => "已有十分钟没有向钉钉发送任何内容",
      remedy: "状态中的 targetPause 写明原因。请检查能否连接钉钉，并运行 dingtalk-scim doctor。",
    },
    overdue: {
      headline: ({ count }) => `${number(count)} 个对象等待处理，最早的已超过 15 分钟`,
      remedy: "请检查能否连接钉钉，以及是否有人暂停了全部写入。变更量很大时需要较长时间。",
    },
    latency: {
      headline: ({ detail }) => `变更到达钉钉需要 ${detail.seconds} 秒（95% 的变更更快），目标为 ${detail.targetSeconds} 秒`,
      remedy: "请检查频率限制（DINGTALK_QPS）、数据库负载和钉钉的响应时间。",
    },
    silence: {
      headline: ({ detail }) => `来源 ${detail.source} 没有请求的时间已达平时的三倍`,
      remedy: "请在来源系统中查看预配状态：可能已停止或处于隔离状态。",
    },
    comparison: {
      headline: () => "已有 26 小时未与钉钉做全量比对",
      remedy: "请运行 dingtalk-scim sync。如果无法完成，请在日志中查找原因。",
    },
    listening: {
      headline: () => "已有十分钟收不到钉钉的事件",
      remedy: "在钉钉所做的更改要等到比对时才会发现。请查看日志中的原因；应用的“事件与回调”须为 Stream 模式。",
    },
    hints: {
      headline: ({ count, detail }) => `在钉钉所做的更改只有 ${detail.percent}% 收到事件；另有 ${count} 项由比对发现，比对现改为每小时一次`,
      remedy: "请在应用的事件订阅中检查是否已订阅通讯录事件。全部恢复一天后即告结束。",
    },
    sealing: {
      headline: () => "历史记录已有五分钟未封存",
      remedy: "请在工作进程的日志中查找原因，常见原因是缺少 HISTORY_KEY_FILE。在此之前，之后的事件无法证明。",
    },
    altered: {
      headline: () => "历史记录与签名时不一致",
      remedy: "请运行 dingtalk-scim history verify，它会指出第一条有误的记录。在查明由谁或因何改动之前，请保持数据库原样。",
    },
    import: {
      headline: ({ detail }) => `来源 ${detail.source} 的文件或报表被整体拒绝，未导入任何内容`,
      remedy: "请运行 dingtalk-scim workday check 或 people import --dry-run 查看原因。",
    },
    worker: { headline: () => "没有进程在执行变更", remedy: "请启动 ROLE=worker 或 ROLE=all 的进程，或查明它为何退出。" },
    test: { headline: () => "测试消息：此通道工作正常", remedy: "" },
  },
  reasons: {
    contactScope: of("应用不再能看到整个组织", "请将通讯录权限范围设为全部员工：open-dev.dingtalk.com › 应用 › 权限管理。"),
    addressNotAllowed: of("本机地址不在应用的白名单中", "请添加：open-dev.dingtalk.com › 应用 › 安全设置 › 服务器出口 IP。"),
    permissionMissing: of("应用缺少一项权限", "请重新授权：dingtalk-scim doctor 会指出是哪一项。"),
    credentialWrong: of("钉钉拒绝了应用的凭证", "请与 open-dev.dingtalk.com 核对 AppKey、AppSecret 和 CorpId，并确认应用已启用。"),
    settingsWrong: of("某项设置或本机时钟有误", "请运行 dingtalk-scim doctor，它会指出是哪一项。"),
    oneTimeLinkUsed: of("有人通过一次性链接登录", "请查明是谁、因何使用。若无人知情，请结束该会话。"),
    sealingLate: of("历史记录未按时封存", "请在日志中查找原因；在此之前，无法证明历史记录未被改动。"),
    historyAltered: of("历史记录与签名时不一致", "请运行 dingtalk-scim history verify，它会指出第一条有误的记录。"),
    importRefused: of(
      "文件或报表被整体拒绝",
      "请运行 dingtalk-scim workday check 或 people import --dry-run：会列出有误的行，或需用 --count 确认的在职人数。",
    ),
    parentStuck: of("上级部门未能创建", "请先处理上级部门。"),
    parentNotKnown: of("上级群组不在目录中", "请推送该群组，或在来源系统中更正上级。"),
    groupStuck: of("所在的唯一群组正在等待其上级群组", "请处理该群组。"),
    hiddenDepartmentStuck: of("所在部门均为隐藏部门且未能创建", "请处理这些部门。"),
    groupCycle: of("上级群组形成了循环", "请在来源系统中解除循环。"),
    pathTooDeep: of("部门层级将超过 20 级", "请缩短群组的路径。"),
    groupWithoutName: of("群组没有可用作部门名称的名称", "请在来源系统中为其命名。"),
    invitationRunOut: of("邀请七天内未被接受", "重试即可再次发送邀请，并请通知本人。"),
    unexpectedError: of("发生意外错误", "这是程序缺陷，请附上含该 id 的日志行反馈给我们。"),
    personOutsideScope: of("不在应用的通讯录权限范围内", "请将通讯录权限范围设为全部员工：open-dev.dingtalk.com › 应用 › 权限管理。"),
    departmentOutsideScope: of("不在应用的通讯录权限范围内", "请将通讯录权限范围设为全部员工：open-dev.dingtalk.com › 应用 › 权限管理。"),
    quotaUsedUp: of("钉钉接口调用额度已用完", "请购买额度或等待：open-dev.dingtalk.com › 开发 › 接口调用统计。"),
    mobileTaken: of("手机号已被占用", ANOTHER),
    accountTaken: of("该手机号的主人已用其他号码加入组织", ANOTHER),
    emailTaken: of("邮箱已被占用", ANOTHER),
    extensionTaken: of("分机号已被占用", ANOTHER),
    valueTaken: of("某个值已被占用", ANOTHER),
    nameTaken: of("已有同名部门，且不归本系统管理", "请在钉钉中将其改名或删除，然后重试。"),
    roleNameTaken: of("已有同名角色，且不归本系统管理", "请在钉钉中将其改名或删除，然后重试。"),
    userIdTaken: of("userid 已存在", "请重试，系统会重新读取该人员。"),
    externalContactExists: of("外部联系人已存在", "请在钉钉中删除。"),
    mobileLocked: of("手机号归本人所有，无法修改", "请本人在钉钉中修改。"),
    mobileOfOtherAccount: of("新手机号属于另一个钉钉账号", "请本人在钉钉中修改。"),
    mobileDiffersFromLogin: of("手机号与本人登录所用的不同", "请本人在钉钉中修改。"),
    nameMissing: of("缺少姓名", SOURCE),
    nameInvalid: of("名称为空、过长或含有不允许的字符", SOURCE),
    nameSensitive: of("钉钉认为名称含敏感词", SOURCE),
    roleNameEmpty: of("角色没有名称", SOURCE),
    mobileMissing: of("缺少手机号", SOURCE),
    loginMissing: of("缺少企业账号的登录名", SOURCE),
    mobileInvalid: of("手机号无效", SOURCE),
    identityMissing: of("既没有手机号也没有邮箱", SOURCE),
    contactInvalid: of("手机号或邮箱无效", SOURCE),
    emailInvalid: of("邮箱无效", SOURCE),
    jobNumberInvalid: of("工号无效", SOURCE),
    customFieldInvalid: of("自定义字段无效", SOURCE),
    extensionTooLong: of("分机号过长", SOURCE),
    workPlaceTooLong: of("办公地点过长", SOURCE),
    remarkTooLong: of("备注过长", SOURCE),
    tooManyDepartmentsOfPerson: of("所属部门过多", SOURCE),
    departmentListInvalid: of("部门列表无效", SOURCE),
    orderInvalid: of("排序值不是整数", SOURCE),
    characterNotRead: of("文本含有钉钉无法识别的字符", REPORT),
    parameterInvalid: of("钉钉不接受调用中的某个值", REPORT),
    formInvalid: of("钉钉不接受调用的格式", REPORT),
    tooManyPeopleListed: of("人员列表过长", REPORT),
    pageInvalid: of("分页超出范围", REPORT),
    visibilityListInvalid: of("部门可见名单无效", REPORT),
    visibilityNotSet: of("无法设置部门的可见范围", REPORT),
    departmentNotListed: of("无法以这种方式列出部门", REPORT),
    tokenCallInvalid: of("获取令牌的调用未被识别", REPORT),
    unknownAnswer: of("钉钉返回了未知的错误码", "请反馈给我们，以便补充其含义。"),
    departmentTooDeep: of("部门层级过深", ROOM),
    tooManyDepartments: of("部门数量过多", ROOM),
    departmentFull: of("部门人数已满", ROOM),
    organisationFull: of("组织人数已满", "请完成认证或购买名额：钉钉管理后台 › 企业设置 › 企业认证。"),
    tooManyOrganisations: of("该手机号的主人已加入五个未认证组织", "请本人退出其中一个。"),
    tooManyExternalContacts: of("外部联系人过多", "请清理外部联系人。"),
    labelMissing: of("外部联系人的标签不存在", "请在钉钉中创建该标签。"),
    externalContactsOff: of("未开启外部联系人", "请在钉钉中开启。"),
    rootProtected: of("组织本身不能修改", "映射文件不应指向它。"),
    roleProtected: of("该角色属于钉钉系统", "映射文件不应指向它。"),
    notEnterpriseAccount: of("只有企业账号可以停用", "请移除该人员，或手动处理。"),
    administrator: of("不会移除组织的管理员", "请先撤销其管理员角色：钉钉管理后台 › 安全与权限。"),
    outsideManagedRoot: of("不在受管部门之下", "请在钉钉中将其移到 DINGTALK_MANAGED_ROOT 之下，或手动处理。"),
    roleNotIdentifiable: of("某个可能存在的角色无法识别", "如果存在，请在角色组 SCIM 中手动删除。"),
    featureMissing: of("企业账号被拒绝", "请联系钉钉开通，或为该人员填写手机号并去掉账号类型，然后重试。"),
    stillManages: of("该人员仍是所离开部门的主管", "请在钉钉中取消其主管身份，然后重试。"),
    notSupported: of("钉钉没有对应的功能", REPORT),
    parentMissing: of("上级部门不存在", FIRST),
    roleGroupMissing: of("角色组不存在", FIRST),
    peopleInside: of("部门内仍有人员", FIRST),
    departmentsInside: of("部门内仍有子部门", FIRST),
    parentBelow: of("新的上级部门仍在本部门之下", FIRST),
    roleInUse: of("角色仍有人员使用", FIRST),
    managerNotMember: of("主管不是部门成员", FIRST),
    managerMissing: of("主管不存在", FIRST),
    chatOwnerNotMember: of("群主不是部门成员", FIRST),
    chatOwnerMissing: of("群主不存在", FIRST),
  },
};
