/** A text in the three languages of the report. */
export interface Text {
  readonly en: string;
  readonly hans: string;
  readonly hant: string;
}

export interface Language {
  readonly lang: string;
  readonly key: keyof Text;
  readonly label: string;
}

export const LANGUAGES: readonly Language[] = [
  { lang: "en", key: "en", label: "English" },
  { lang: "zh-Hans-CN", key: "hans", label: "简体中文" },
  { lang: "zh-Hant-HK", key: "hant", label: "繁體中文" },
];

const text = (en: string, hans: string, hant: string): Text => ({ en, hans, hant });

export const TEXTS = {
  title: text("Assessment of directory and DingTalk", "目录与钉钉的评估报告", "目錄與釘釘的評估報告"),
  nothing: text("Nothing to look at", "没有需要处理的事项", "沒有需要處理的事項"),
  findings: text("Things to look at", "需要处理的事项", "需要處理的事項"),
  matchable: text("Matchable", "可匹配", "可配對"),
  matchableMeans: text(
    "Active people of the directory with a link or exactly one strong match, of all active people.",
    "目录中已关联、或恰好有一个强匹配的在职人员，占全部在职人员的比例。",
    "目錄中已關聯、或剛好有一個強配對的在職人員，佔全部在職人員的比例。",
  ),
  complete: text("Complete", "资料齐全", "資料齊全"),
  completeMeans: text(
    "Active people with everything that DingTalk and the mapping need, of all active people.",
    "具备钉钉和映射所需全部资料的在职人员，占全部在职人员的比例。",
    "具備釘釘和屬性對應所需全部資料的在職人員，佔全部在職人員的比例。",
  ),
  sides: text("Both sides", "两边对照", "兩邊對照"),
  people: text("People", "人员", "人員"),
  departments: text("Departments", "部门", "部門"),
  directory: text("In the directory", "目录中", "目錄中"),
  dingtalk: text("In DingTalk", "钉钉中", "釘釘中"),
  linked: text("Linked", "已关联", "已關聯"),
  tier: text("Proposed, tier", "待确认，级别", "待確認，級別"),
  ambiguous: text("Ambiguous", "有多个候选", "有多個候選"),
  onlyHere: text("Only in the directory", "仅在目录中", "僅在目錄中"),
  onlyThere: text("Only in DingTalk", "仅在钉钉中", "僅在釘釘中"),
  lists: text("To look at", "需要处理", "需要處理"),
  information: text("For your information", "仅供参考", "僅供參考"),
  ambiguousPeople: text("People with several candidates", "有多个候选的人员", "有多個候選的人員"),
  ambiguousDepartments: text("Departments with several candidates", "有多个候选的部门", "有多個候選的部門"),
  mobileMissing: text("Mobile number missing", "缺少手机号", "欠缺手機號碼"),
  mobileImpossible: text("Mobile number not usable", "手机号无法使用", "手機號碼無法使用"),
  mobileShared: text("Mobile number of several people", "多人使用同一手机号", "多人使用同一手機號碼"),
  nameRefused: text("Name that DingTalk refuses", "钉钉不接受的姓名", "釘釘不接受的姓名"),
  nameCut: text("Name that is changed or cut", "会被修改或截短的姓名", "會被修改或截短的姓名"),
  managerNotFound: text("Manager not found", "找不到主管", "找不到主管"),
  managerLoop: text("Managers in a loop", "主管循环", "主管循環"),
  leavers: text(
    "Left in the directory, still in DingTalk",
    "目录中已离职，钉钉中仍在",
    "目錄中已離職，釘釘中仍在",
  ),
  neverActivated: text("Have never logged in to DingTalk", "从未登录钉钉", "從未登入釘釘"),
  administrators: text("Administrators: never removed", "管理员：不会被移除", "管理員：不會被移除"),
  customFields: text(
    "Custom fields that no profile has",
    "没有任何资料使用的自定义字段",
    "沒有任何資料使用的自訂欄位",
  ),
  privateAddresses: text("Private e-mail addresses", "私人邮箱地址", "私人電郵地址"),
  peopleOnlyHere: text("People only in the directory", "仅在目录中的人员", "僅在目錄中的人員"),
  peopleOnlyThere: text("People only in DingTalk", "仅在钉钉中的人员", "僅在釘釘中的人員"),
  departmentsOnlyHere: text("Departments only in the directory", "仅在目录中的部门", "僅在目錄中的部門"),
  departmentsOnlyThere: text("Departments only in DingTalk", "仅在钉钉中的部门", "僅在釘釘中的部門"),
  sources: text(
    "Sources: last heard of, changes in 24 hours",
    "数据源：最近一次通信，24 小时内的更改数",
    "資料來源：最近一次通訊，24 小時內的更改數",
  ),
  permissions: text("Permissions and settings", "权限与设置", "權限與設定"),
  accessKept: text(
    "People who leave keep their access to DingTalk for so many hours: a regular account cannot be disabled, and the mapping names no department to move them into meanwhile (inactive.parkIn)",
    "离职人员继续保有钉钉访问权限的小时数：普通账号无法停用，且映射未指定离职期间转入的部门 (inactive.parkIn)",
    "離職人員繼續保有釘釘存取權限的小時數：一般帳戶無法停用，而對應檔案未指定離職期間轉入的部門 (inactive.parkIn)",
  ),
  noProblems: text(
    "The last check of a running server found nothing missing. `dingtalk-scim doctor` checks now.",
    "运行中的服务最近一次检查未发现缺失。可运行 dingtalk-scim doctor 立即检查。",
    "運行中的服務最近一次檢查未發現缺失。可執行 dingtalk-scim doctor 立即檢查。",
  ),
} as const satisfies Readonly<Record<string, Text>>;
