import { type Catalogue, partsOf, type Reason } from "./words.ts";

const SOURCE = "請在來源系統更正。";
const REPORT = "很可能是對應檔案或本程式的問題，請向我們回報。";
const ANOTHER = "如佔用者由本系統管理：在來源系統為其中一人改用另一個值。如屬其他人：在釘釘修改或移除該人員，然後重試。";
const FIRST = "須先完成其他步驟，多次嘗試後仍未完成。請查看該項目：部門內可能有不屬本系統管理的人員，或參照已失效。";
const ROOM = "請在來源系統分拆。";

const of = (text: string, remedy: string): Reason => [text, remedy];
const number = (count: number): string => count.toLocaleString("zh-HK");

export const TRADITIONAL: Catalogue = {
  language: "zh-Hant-HK",
  comma: "、",
  brackets: ["（", "）"],
  labels: {
    since: "開始時間",
    lasted: "歷時",
    goesOnFor: "已持續",
    code: "代碼",
    names: "涉及人員（部分）",
    remedy: "處理方法",
    link: "開啟管理頁面",
  },
  occasions: { opened: "", reminder: "尚未解決：", closed: "已恢復正常：", test: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    return [days > 0 && `${days} 日`, hours > 0 && `${hours} 小時`, minutes > 0 && `${minutes} 分鐘`]
      .filter((part) => part !== false)
      .join(" ");
  },
  counted({ user = 0, group = 0, department = 0, role = 0 }) {
    const parts = [
      user > 0 && `${number(user)} 名人員`,
      department > 0 && `${number(department)} 個部門`,
      group > 0 && `${number(group)} 個群組`,
      role > 0 && `${number(role)} 個角色`,
    ];
    return parts.filter((part) => part !== false).join("、");
  },
  causes: {
    parked: {
      headline: (_told, { reason, counted }) => `${counted}未能同步：${reason}`,
      remedy: "請在 docs/operations.md 查閱該原因，更正後重試。",
    },
    hold: {
      headline: ({ count, detail }) => `已達政策上限，${number(count)} 項變更暫緩執行（${detail.limit}）`,
      remedy: "請查看暫緩的內容（dingtalk-scim holds show）。如屬出錯，請在來源系統更正；如屬預期，請予批准。",
    },
    target: { headline: (_told, { reason }) => `已停止向釘釘傳送：${reason}`, remedy: "請執行 dingtalk-scim doctor，它會列出欠缺之處。" },
    process: { headline: (_told, { reason }) => `一個程序已停止向釘釘傳送：${reason}`, remedy: "請在該部機器執行 dingtalk-scim doctor。" },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "某個用戶端" : `來源 ${detail.source} `}遭拒：連續 ${number(count)} 次要求使用無效的憑證`,
      remedy: "請在記錄檔尋找 `a credential was refused`，當中列明未通過的檢查，然後在來源系統填入有效的權杖。",
    },
    lost: {
      headline: ({ count }) => `${number(count)} 個物件沒有安排下次處理`,
      remedy: "它們會在一分鐘內恢復處理。這是程式錯誤，請向我們回報。",
    },
    signal: { headline: (_told, { reason }) => reason, remedy: "請查明是誰人及因何操作。" },
    paused: {
      headline: () => "已有十分鐘沒有向釘釘傳送任何內容",
      remedy: "狀態中的 targetPause 列明原因。請檢查能否連接釘釘，並執行 dingtalk-scim doctor。",
    },
    overdue: {
      headline: ({ count }) => `${number(count)} 個物件等候處理，最早的已超過 15 分鐘`,
      remedy: "請檢查能否連接釘釘，以及是否有人暫停了所有寫入。變更數量龐大時需時較長。",
    },
    latency: {
      headline: ({ detail }) => `變更需時 ${detail.seconds} 秒才到達釘釘（95% 的變更較快），目標為 ${detail.targetSeconds} 秒`,
      remedy: "請檢查頻率限制（DINGTALK_QPS）、資料庫負載及釘釘的回應時間。",
    },
    silence: {
      headline: ({ detail }) => `來源 ${detail.source} 沒有要求的時間已達平時的三倍`,
      remedy: "請在來源系統查看佈建狀態：可能已停止或遭隔離。",
    },
    comparison: { headline: () => "已有 26 小時未與釘釘全面比對", remedy: "請執行 dingtalk-scim sync。如未能完成，請在記錄檔尋找原因。" },
    listening: {
      headline: () => "已有十分鐘收不到釘釘的事件",
      remedy: "在釘釘所作的更改要到比對時才會發現。請查看記錄中的原因；應用的「事件與回調」須為 Stream 模式。",
    },
    hints: {
      headline: ({ count, detail }) => `在釘釘所作的更改只有 ${detail.percent}% 收到事件；另有 ${count} 項由比對發現，比對現改為每小時一次`,
      remedy: "請在應用的事件訂閱中檢查是否已訂閱通訊錄事件。全部恢復一天後即告結束。",
    },
    sealing: {
      headline: () => "歷史記錄已有五分鐘未封存",
      remedy: "請在工作程序的記錄檔尋找原因，通常是欠缺 HISTORY_KEY_FILE。在此之前，往後的事件無法證明。",
    },
    altered: {
      headline: () => "歷史記錄與簽署時不符",
      remedy: "請執行 dingtalk-scim history verify，它會指出第一條有誤的記錄。在查明由誰或因何改動之前，請保持資料庫原狀。",
    },
    import: {
      headline: ({ detail }) => `來源 ${detail.source} 的檔案或報表整份遭拒，未匯入任何內容`,
      remedy: "請執行 dingtalk-scim workday check 或 people import --dry-run 查看原因。",
    },
    worker: { headline: () => "沒有程序執行變更", remedy: "請啟動 ROLE=worker 或 ROLE=all 的程序，或查明它為何結束。" },
    test: { headline: () => "測試訊息：此途徑運作正常", remedy: "" },
  },
  reasons: {
    contactScope: of("應用程式不再看到整個機構", "請將通訊錄權限範圍設為全部員工：open-dev.dingtalk.com › 應用 › 權限管理。"),
    addressNotAllowed: of("本機地址不在應用程式的白名單內", "請加入：open-dev.dingtalk.com › 應用 › 安全設定 › 伺服器出口 IP。"),
    permissionMissing: of("應用程式欠缺一項權限", "請重新授權：dingtalk-scim doctor 會列出是哪一項。"),
    credentialWrong: of("釘釘拒絕應用程式的憑證", "請與 open-dev.dingtalk.com 核對 AppKey、AppSecret 及 CorpId，並確認應用程式已啟用。"),
    settingsWrong: of("某項設定或本機時鐘有誤", "請執行 dingtalk-scim doctor，它會列出是哪一項。"),
    oneTimeLinkUsed: of("有人以一次性連結登入", "請查明是誰人及因何使用。如無人知悉，請結束該工作階段。"),
    sealingLate: of("歷史記錄未有按時封存", "請在記錄檔尋找原因；在此之前，無法證明歷史記錄未經改動。"),
    historyAltered: of("歷史記錄與簽署時不符", "請執行 dingtalk-scim history verify，它會指出第一條有誤的記錄。"),
    importRefused: of(
      "檔案或報表整份遭拒",
      "請執行 dingtalk-scim workday check 或 people import --dry-run：會列出有誤的列，或需以 --count 確認的在職人數。",
    ),
    parentStuck: of("上級部門未能建立", "請先處理上級部門。"),
    parentNotKnown: of("上級群組不在目錄內", "請推送該群組，或在來源系統更正上級。"),
    groupStuck: of("唯一所屬的群組正等候其上級群組", "請處理該群組。"),
    hiddenDepartmentStuck: of("所屬部門均為隱藏部門且未能建立", "請處理該等部門。"),
    groupCycle: of("上級群組形成循環", "請在來源系統解除循環。"),
    pathTooDeep: of("部門層級將超過 20 級", "請縮短群組的路徑。"),
    groupWithoutName: of("群組沒有可用作部門名稱的名稱", "請在來源系統為其命名。"),
    invitationRunOut: of("邀請在七日內未獲接受", "重試即可再次發出邀請，並請通知本人。"),
    unexpectedError: of("發生非預期錯誤", "這是程式錯誤，請附上含該 id 的記錄向我們回報。"),
    personOutsideScope: of("不在應用程式的通訊錄權限範圍內", "請將通訊錄權限範圍設為全部員工：open-dev.dingtalk.com › 應用 › 權限管理。"),
    departmentOutsideScope: of(
      "不在應用程式的通訊錄權限範圍內",
      "請將通訊錄權限範圍設為全部員工：open-dev.dingtalk.com › 應用 › 權限管理。",
    ),
    quotaUsedUp: of("釘釘介面的調用額度已用完", "請購買額度或等候：open-dev.dingtalk.com › 開發 › 介面調用統計。"),
    mobileTaken: of("手機號碼已被佔用", ANOTHER),
    accountTaken: of("該手機號碼的主人已用另一號碼加入機構", ANOTHER),
    emailTaken: of("電郵地址已被佔用", ANOTHER),
    extensionTaken: of("內線號碼已被佔用", ANOTHER),
    valueTaken: of("某個值已被佔用", ANOTHER),
    nameTaken: of("已有同名部門，且不屬本系統管理", "請在釘釘將其改名或刪除，然後重試。"),
    roleNameTaken: of("已有同名角色，且不屬本系統管理", "請在釘釘將其改名或刪除，然後重試。"),
    userIdTaken: of("userid 已存在", "請重試，系統會重新讀取該人員。"),
    externalContactExists: of("外部聯絡人已存在", "請在釘釘刪除。"),
    mobileLocked: of("手機號碼屬本人所有，無法更改", "請本人在釘釘更改。"),
    mobileOfOtherAccount: of("新手機號碼屬另一個釘釘帳號", "請本人在釘釘更改。"),
    mobileDiffersFromLogin: of("手機號碼與本人登入所用的不同", "請本人在釘釘更改。"),
    nameMissing: of("欠缺姓名", SOURCE),
    nameInvalid: of("名稱為空、過長或含有不容許的字元", SOURCE),
    nameSensitive: of("釘釘認為名稱含敏感字詞", SOURCE),
    roleNameEmpty: of("角色沒有名稱", SOURCE),
    mobileMissing: of("欠缺手機號碼", SOURCE),
    loginMissing: of("欠缺企業帳號的登入名稱", SOURCE),
    mobileInvalid: of("手機號碼無效", SOURCE),
    identityMissing: of("手機號碼及電郵地址均欠缺", SOURCE),
    contactInvalid: of("手機號碼或電郵地址無效", SOURCE),
    emailInvalid: of("電郵地址無效", SOURCE),
    jobNumberInvalid: of("工號無效", SOURCE),
    customFieldInvalid: of("自訂欄位無效", SOURCE),
    extensionTooLong: of("內線號碼過長", SOURCE),
    workPlaceTooLong: of("辦公地點過長", SOURCE),
    remarkTooLong: of("備註過長", SOURCE),
    tooManyDepartmentsOfPerson: of("所屬部門過多", SOURCE),
    departmentListInvalid: of("部門清單無效", SOURCE),
    orderInvalid: of("排序值並非整數", SOURCE),
    characterNotRead: of("文字含有釘釘無法識別的字元", REPORT),
    parameterInvalid: of("釘釘不接受調用中的某個值", REPORT),
    formInvalid: of("釘釘不接受調用的格式", REPORT),
    tooManyPeopleListed: of("人員清單過長", REPORT),
    pageInvalid: of("分頁超出範圍", REPORT),
    visibilityListInvalid: of("部門可見名單無效", REPORT),
    visibilityNotSet: of("無法設定部門的可見範圍", REPORT),
    departmentNotListed: of("無法以此方式列出部門", REPORT),
    tokenCallInvalid: of("取得權杖的調用未能識別", REPORT),
    unknownAnswer: of("釘釘傳回未知的錯誤碼", "請向我們回報，以便補充其含義。"),
    departmentTooDeep: of("部門層級過深", ROOM),
    tooManyDepartments: of("部門數目過多", ROOM),
    departmentFull: of("部門人數已滿", ROOM),
    organisationFull: of("機構人數已滿", "請完成認證或購買名額：釘釘管理後台 › 企業設定 › 企業認證。"),
    tooManyOrganisations: of("該手機號碼的主人已加入五個未認證機構", "請本人退出其中一個。"),
    tooManyExternalContacts: of("外部聯絡人過多", "請清理外部聯絡人。"),
    labelMissing: of("外部聯絡人的標籤不存在", "請在釘釘建立該標籤。"),
    externalContactsOff: of("未開啟外部聯絡人", "請在釘釘開啟。"),
    rootProtected: of("機構本身不能更改", "對應檔案不應指向它。"),
    roleProtected: of("該角色屬釘釘系統", "對應檔案不應指向它。"),
    notEnterpriseAccount: of("只有企業帳號可以停用", "請移除該人員，或以人手處理。"),
    administrator: of("不會移除機構的管理員", "請先撤銷其管理員角色：釘釘管理後台 › 安全與權限。"),
    outsideManagedRoot: of("不在受管部門之下", "請在釘釘將其移至 DINGTALK_MANAGED_ROOT 之下，或以人手處理。"),
    roleNotIdentifiable: of("某個可能存在的角色無法識別", "如確實存在，請在角色組 SCIM 以人手刪除。"),
    featureMissing: of("企業帳號遭拒", "請聯絡釘釘開通，或為該人員填寫手機號碼並移除帳號類型，然後重試。"),
    stillManages: of("該人員仍是所離開部門的主管", "請在釘釘取消其主管身分，然後重試。"),
    notSupported: of("釘釘沒有相應功能", REPORT),
    parentMissing: of("上級部門不存在", FIRST),
    roleGroupMissing: of("角色組不存在", FIRST),
    peopleInside: of("部門內仍有人員", FIRST),
    departmentsInside: of("部門內仍有子部門", FIRST),
    parentBelow: of("新的上級部門仍在本部門之下", FIRST),
    roleInUse: of("角色仍有人員使用", FIRST),
    managerNotMember: of("主管並非部門成員", FIRST),
    managerMissing: of("主管不存在", FIRST),
    chatOwnerNotMember: of("群主並非部門成員", FIRST),
    chatOwnerMissing: of("群主不存在", FIRST),
  },
};
