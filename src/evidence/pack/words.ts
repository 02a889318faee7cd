/** A text in the three languages of the cover. */
export interface Text {
  readonly en: string;
  readonly hans: string;
  readonly hant: string;
}

export const LANGUAGES = [
  { lang: "en", key: "en", label: "English" },
  { lang: "zh-Hans-CN", key: "hans", label: "简体中文" },
  { lang: "zh-Hant-HK", key: "hant", label: "繁體中文" },
] as const satisfies readonly { readonly lang: string; readonly key: keyof Text; readonly label: string }[];

const text = (en: string, hans: string, hant: string): Text => ({ en, hans, hant });

export const TEXTS = {
  title: text("Evidence pack", "证据包", "證據包"),
  period: text(
    "Period (from inclusive, to exclusive)",
    "时段（含开始时间，不含结束时间）",
    "時期（包括開始時間，不包括結束時間）",
  ),
  made: text("Made at", "生成时间", "製作時間"),
  by: text("Asked for by", "发起者", "發起者"),
  version: text("Program version", "程序版本", "程式版本"),
  figures: text("Figures", "数字", "數字"),
  events: text("Events of the period", "时段内的事件", "時期內的事件"),
  joiners: text("Joiners", "入职", "入職"),
  movers: text("Changes of people", "人员变动", "人員變動"),
  leavers: text("Leavers", "离职", "離職"),
  late: text("Leavers not out in time", "未按时移除的离职人员", "未按時移除的離職人員"),
  failures: text("Writes that DingTalk did not carry out", "钉钉未执行的写入", "釘釘未執行的寫入"),
  unresolved: text(
    "… of them without a later successful write",
    "……其中之后仍未成功写入的",
    "……其中其後仍未成功寫入的",
  ),
  sample: text("Sample: size and seed", "抽样：数量与种子", "抽樣：數目與種子"),
  files: text("Files", "文件", "檔案"),
  values: text(
    "The pack has no personal values, only ids. People with permission can look up the values by id.",
    "本证据包不含个人信息内容，只含 ID；有权限者可凭 ID 查看。",
    "本證據包不含個人資料內容，只含 ID；有權限者可憑 ID 查看。",
  ),
  complete: text(
    "Complete: the database counts the same number of events of each code as events.jsonl has lines.",
    "完整：数据库按代码统计的事件数与 events.jsonl 的行数一致。",
    "完整：資料庫按代碼統計的事件數與 events.jsonl 的行數一致。",
  ),
  "events.jsonl": text(
    "every event of the period, oldest first",
    "时段内的全部事件，由旧到新",
    "時期內的全部事件，由舊到新",
  ),
  "population.csv": text(
    "every joiner, change and leaver, with the times of each",
    "全部入职、变动与离职，及各自的时间",
    "全部入職、變動與離職，及各自的時間",
  ),
  "leavers.csv": text(
    "every leaver with the four times and whether they left in time",
    "全部离职人员、四个时间与判定",
    "全部離職人員、四個時間與判定",
  ),
  "sample.csv": text("the sample", "抽样", "抽樣"),
  "sample.jsonl": text(
    "each event of the sample with its causes and effects",
    "抽样中的每个事件及其前因后果",
    "抽樣中的每個事件及其前因後果",
  ),
  "sample-method.txt": text(
    "how the sample was drawn, and how to draw it again",
    "抽样方法，以及如何重新抽取",
    "抽樣方法，以及如何重新抽取",
  ),
  "failures.csv": text("failures and their resolution", "失败及其处理结果", "失敗及其處理結果"),
  "approvals.csv": text(
    "holds, approvals, adoptions and orders of operators",
    "拦截、审批、关联确认与运维人员指令",
    "攔截、審批、關聯確認與操作人員指令",
  ),
  "access.csv": text(
    "access granted and revoked, sign-ins, refused credentials, reads, exports",
    "权限的授予与收回、登录、被拒绝的凭证、查看与导出",
    "權限的授予與收回、登入、被拒絕的憑證、查看與匯出",
  ),
  "configuration.csv": text(
    "starts, and versions of mapping, policy and mode; the versions in force at the beginning of the period come first",
    "启动记录，以及映射、策略与模式的版本；先列时段开始时生效的版本",
    "啟動紀錄，以及屬性對應、政策與模式的版本；先列時期開始時生效的版本",
  ),
  "checkpoint.txt": text(
    "the signed checkpoint of the log (C2SP tlog-checkpoint); the proofs of the sample refer to it or to a later one",
    "日志的签名检查点（C2SP tlog-checkpoint）；抽样的证明指向该检查点或其后的检查点",
    "日誌的簽署檢查點（C2SP tlog-checkpoint）；抽樣的證明指向該檢查點或其後的檢查點",
  ),
  "keys.txt": text("the keys that verify the checkpoint", "用于验证检查点的公钥", "用以驗證檢查點的公鑰"),
  "VERIFY.txt": text(
    "the commands that verify this pack",
    "用于验证本证据包的命令",
    "用以驗證本證據包的指令",
  ),
} as const;
