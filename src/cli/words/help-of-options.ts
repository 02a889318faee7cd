import type { Translations } from "./translations.ts";

/** Descriptions of options and arguments. */
export const HELP_OF_OPTIONS: Translations = {
  "for processes that take requests (ROLE=api)": [
    "用于接收请求的进程（ROLE=api）",
    "用於接收請求的程序（ROLE=api）",
  ],
  "for processes that run the loop and sign the history (ROLE=worker, or all)": [
    "用于执行同步并签署历史记录的进程（ROLE=worker 或 all）",
    "用於執行同步並簽署歷史紀錄的程序（ROLE=worker 或 all）",
  ],
  "for verifiers of the history: reads the history and its log without values, and writes nothing": [
    "用于验证历史记录的人：可读历史记录及其日志，不含个人信息内容，不能写入",
    "用於驗證歷史紀錄的人：可讀歷史紀錄及其日誌，不含個人資料內容，不能寫入",
  ],
  "the result as JSON, with the statements": [
    "以 JSON 输出结果，含 SQL 语句",
    "以 JSON 輸出結果，含 SQL 陳述式",
  ],
  "of the consumer, as the file names it": ["接收方的名称，如文件中所写", "接收方的名稱，如檔案所寫"],
  "the first to be sent again: `sequence` of an event": [
    "重新发送的起点：事件的 `sequence`",
    "重新傳送的起點：事件的 `sequence`",
  ],
  "output the version number": ["显示版本号", "顯示版本號"],
  "display help for command": ["显示命令的帮助", "顯示指令的說明"],
  "people at the start": ["开始时的人数", "開始時的人數"],
  "groups at the start": ["开始时的群组数", "開始時的群組數"],
  "the same seed gives the same company": ["相同的种子生成相同的公司", "相同的種子產生相同的公司"],
  "SCIM requests per second; 0 means no limit": [
    "每秒 SCIM 请求数；0 表示不限",
    "每秒 SCIM 請求數；0 表示不限",
  ],
  "how long the server may be unavailable": ["允许服务器离线多久", "容許伺服器離線多久"],
  "the server (default: PUBLIC_URL, else HOST and PORT)": [
    "服务器地址（默认 PUBLIC_URL，否则 HOST 和 PORT）",
    "伺服器地址（預設 PUBLIC_URL，否則 HOST 及 PORT）",
  ],
  "a token with the scopes provision, history:read and admin (default: BOOTSTRAP_TOKEN, else one is made in the database and revoked at the end)":
    [
      "具有 provision、history:read 和 admin 范围的令牌（默认 BOOTSTRAP_TOKEN，否则在数据库中创建并在结束时吊销）",
      "具有 provision、history:read 及 admin 範圍的權杖（預設 BOOTSTRAP_TOKEN，否則於資料庫建立並於結束時撤銷）",
    ],
  "an organisation that has people already: assess, adopt, plan, upsert, sync, and a mass removal by mistake":
    [
      "已有人员的组织：评估、认领、计划、upsert、sync，以及一次误操作的大批移除",
      "已有人員的組織：評估、認領、計劃、upsert、sync，以及一次誤操作的大批移除",
    ],
  "the result as JSON": ["以 JSON 输出结果", "以 JSON 輸出結果"],
  "a name, such as the client that uses it": ["名称，例如所用的客户端", "名稱，例如所用的用戶端"],
  "the SCIM client it belongs to, see `source list`": [
    "所属的 SCIM 客户端，参见 `source list`",
    "所屬的 SCIM 用戶端，請參閱 `source list`",
  ],
  "what it may do: provision, history:read, history:personal, metrics, admin; may be repeated (default: provision)":
    [
      "权限范围：provision、history:read、history:personal、metrics、admin；可重复（默认 provision）",
      "權限範圍：provision、history:read、history:personal、metrics、admin；可重複（預設 provision）",
    ],
  "days until it expires, at most a year": ["有效天数，最长一年", "有效日數，最長一年"],
  "the id, see `token list`": ["ID，见 `token list`", "ID，見 `token list`"],
  "role of the person who opens it": ["打开链接者的角色", "開啟連結者的角色"],
  "why, for the history": ["原因，记入历史记录", "原因，記入歷史紀錄"],
  "a name, such as the application that uses it": ["名称，例如所用的应用", "名稱，例如所用的應用"],
  "directory (tenant) id; the claim tid": ["目录（租户）ID；声明 tid", "目錄（租用戶）ID；宣告 tid"],
  "Subject as Entra shows it; the claim sub": [
    "Entra 显示的 Subject；声明 sub",
    "Entra 顯示的 Subject；宣告 sub",
  ],
  "Audience as Entra shows it; the claim aud; may be repeated": [
    "Entra 显示的 Audience；声明 aud；可重复",
    "Entra 顯示的 Audience；宣告 aud；可重複",
  ],
  "the claim iss (default: the tenant's v2.0 issuer)": [
    "声明 iss（默认为租户的 v2.0 颁发者）",
    "宣告 iss（預設為租用戶的 v2.0 發行者）",
  ],
  "where the issuer publishes its keys (default: the tenant's)": [
    "颁发者公布公钥的地址（默认为租户的地址）",
    "發行者公布公鑰的地址（預設為租用戶的地址）",
  ],
  "the id, see `trust list`": ["ID，见 `trust list`", "ID，見 `trust list`"],
  "a name": ["名称", "名稱"],
  "what it is": ["类型", "類型"],
  "the source of the file's people; nothing else should write to it": [
    "由该文件填充的数据源；不应有其他写入者",
    "由該檔案填充的資料來源；不應有其他寫入者",
  ],
  "show the changes, and write nothing": ["只显示更改，不写入", "只顯示更改，不寫入"],
  "the file is not complete: people who are not in it stay unchanged": [
    "文件不含全部人员：不在其中的保持不变",
    "檔案不含全部人員：不在其中的保持不變",
  ],
  "active people in the file, to confirm a file with many fewer than the source has now": [
    "文件中的在职人数，用于确认人数远少于现有数据源的文件",
    "檔案中的在職人數，用以確認人數遠少於現有資料來源的檔案",
  ],
  "encoding of a CSV file (default: by its first bytes, else UTF-8)": [
    "CSV 文件的编码；省略则按文件开头判断，否则为 UTF-8",
    "CSV 檔案的編碼；省略則按檔案開頭判斷，否則為 UTF-8",
  ],
  "a CSV file, or a JSON list of objects (by the ending .json)": [
    "CSV 文件，或 JSON 对象列表（扩展名 .json）",
    "CSV 檔案，或 JSON 物件清單（副檔名 .json）",
  ],
  "read everybody; people who are not in the report have left": [
    "读取全员报表；不在报表中的人员视为已离职",
    "讀取全員報表；不在報表中的人員視為已離職",
  ],
  "active people in the report, to confirm one with many fewer than the source has now": [
    "报表中的在职人数，用于确认人数远少于现有数据源的报表",
    "報表中的在職人數，用以確認人數遠少於現有資料來源的報表",
  ],
  "the report as JSON": ["以 JSON 输出报告", "以 JSON 輸出報告"],
  "the report as one HTML file in English, simplified and traditional Chinese": [
    "以一个 HTML 文件输出报告，含英文、简体和繁体中文",
    "以一個 HTML 檔案輸出報告，含英文、簡體及繁體中文",
  ],
  "only these": ["仅这些", "只限這些"],
  "only these kinds": ["仅这些类型", "只限這些類型"],
  "all that are proposed at this tier": ["此级别的全部建议", "此級別的全部建議"],
  "their number": ["其数量", "其數目"],
  "ids of proposals, see `adopt list`": ["建议的 ID，见 `adopt list`", "建議的 ID，見 `adopt list`"],
  "user or department": ["user 或 department", "user 或 department"],
  "of the person or department here": ["目录中人员或部门的 ID", "目錄中人員或部門的 ID"],
  "of people, or of their records": ["人员或其记录的 id", "人員或其紀錄的 id"],
  "ids, see `joins list`": ["ID，见 `joins list`", "ID，見 `joins list`"],
  "of records, as their source knows them": ["记录在数据源中的 ID", "紀錄在資料來源中的 ID"],
  "one person: userName or id; also name, e-mail address, job number, last digits of the mobile number": [
    "一个人：userName 或 ID；也可用姓名、邮箱、工号、手机号末几位",
    "一個人：userName 或 ID；也可用姓名、電郵地址、工號、手機號碼末幾位",
  ],
  "for one person: every rule of the mapping with its input and result": [
    "对一个人：每条映射规则读取和得出的内容",
    "對一個人：每條對應規則讀取及得出的內容",
  ],
  "plan with this mode": ["假设为此模式", "假設為此模式"],
  "plan with this mapping file": ["假设为此映射文件", "假設為此對應檔案"],
  "plan with this policy file": ["假设为此策略文件", "假設為此政策檔案"],
  "reasonCode of the items, such as mobileTaken": [
    "条目中的 reasonCode，例如 mobileTaken",
    "項目中的 reasonCode，例如 mobileTaken",
  ],
  "why, for the others and for the history": ["原因，告知他人并记入历史记录", "原因，告知他人並記入歷史紀錄"],
  "observe plans only, upsert never removes, sync does all": [
    "observe 只做计划，upsert 不移除，sync 全部执行",
    "observe 只作計劃，upsert 不移除，sync 全部執行",
  ],
  "number of members that you approve, see `holds show`": [
    "批准的数量，见 `holds show`",
    "批准的數目，見 `holds show`",
  ],
  "digest of these members, see `holds show` (default: the present members)": [
    "这些对象的摘要，见 `holds show`；省略则为当前对象",
    "這些對象的摘要，見 `holds show`；省略則為現有對象",
  ],
  "all people removed under this hold, before its limit was reached or by its approval": [
    "因此次拦截被移除的全部人员，包括达到上限之前和批准之后",
    "因此次攔截被移除的全部人員，包括達到上限之前及批准之後",
  ],
  "id or userName; also name, e-mail address, job number, last digits of the mobile number": [
    "ID 或 userName；也可用姓名、邮箱、工号、手机号末几位",
    "ID 或 userName；也可用姓名、電郵地址、工號、手機號碼末幾位",
  ],
  "folder of an export, or address of a server (default: the database of this installation)": [
    "导出的文件夹或服务器地址；省略则为本机数据库",
    "匯出的資料夾或伺服器地址；省略則為本機資料庫",
  ],
  "of the server, with the scope history:read": [
    "服务器的令牌，范围为 history:read",
    "伺服器的權杖，範圍為 history:read",
  ],
  "trusted verifier keys (default: those of the policy, else those of the source)": [
    "信任的验证公钥；省略则用策略中的，否则用来源自己提供的",
    "信任的驗證公鑰；省略則用政策中的，否則用來源自行提供的",
  ],
  "tlog-policy file: the signatures that the checkpoint needs": [
    "tlog-policy 文件：检查点需要谁的签名",
    "tlog-policy 檔案：檢查點需要誰的簽署",
  ],
  "one or several messages with a checkpoint, from an alert channel": [
    "含检查点的消息，即告警渠道收到的原文，可含多个",
    "含檢查點的訊息，即警示渠道收到的原文，可含多個",
  ],
  "file with checkpoints that were stored elsewhere": [
    "另行保存的检查点，依次排列",
    "另行保存的檢查點，依次排列",
  ],
  "the events, with their values; - for standard output": [
    "事件及其内容；- 表示标准输出",
    "事件及其內容；- 表示標準輸出",
  ],
  "of that file": ["该文件的格式", "該檔案的格式"],
  "filter in the grammar of GET /api/history (default: all events)": [
    "哪些事件，语法同 GET /api/history；省略则为全部",
    "哪些事件，語法同 GET /api/history；省略則為全部",
  ],
  "checkpoint, key, tile/ and events/, which `history verify --from` and foreign programs read; written over":
    [
      "检查点、公钥、tile/ 和 events/，供 `history verify --from` 及其他程序读取；会覆盖",
      "檢查點、公鑰、tile/ 及 events/，供 `history verify --from` 及其他程式讀取；會覆寫",
    ],
  "address of a server, with --tiles (default: the database of this installation)": [
    "服务器地址，与 --tiles 同用；省略则为本机数据库",
    "伺服器地址，與 --tiles 同用；省略則為本機資料庫",
  ],
  "its id": ["其 ID", "其 ID"],
  "replace the key; one checkpoint is signed with both keys; run this where the workers run": [
    "换用新密钥，并以两个密钥签署一个检查点；请在运行后台进程的机器上执行",
    "換用新密鑰，並以兩個密鑰簽署一個檢查點；請於執行背景程序的機器上執行",
  ],
  "JSON file with its key and state; created at the first start, readable by its owner only": [
    "JSON 文件，含密钥和已见内容；首次启动时创建，仅所有者可读",
    "JSON 檔案，含密鑰及已見內容；首次啟動時建立，只有擁有者可讀",
  ],
  "verifier keys of logs to witness from now on": [
    "从现在起见证的日志的验证公钥",
    "由現在起見證的日誌的驗證公鑰",
  ],
  "name of a new witness, such as auditors.example.com/history": [
    "新见证方的名称，例如 auditors.example.com/history",
    "新見證方的名稱，例如 auditors.example.com/history",
  ],
  "to listen on": ["监听地址或端口", "監聽地址或連接埠"],
  "as JSON into this file; without --json and --html: to standard output": [
    "以 JSON 写入此文件；没有 --json 和 --html 时写到标准输出",
    "以 JSON 寫入此檔案；沒有 --json 及 --html 時寫至標準輸出",
  ],
  "as one readable page in the person's language": [
    "以此人的语言写成可阅读的页面",
    "以此人的語言寫成可閱讀的頁面",
  ],
  "language of the page, instead of the person's": ["页面语言，代替此人的语言", "頁面語言，代替此人的語言"],
  "why, for the history; without names": ["原因，记入历史记录；不含姓名", "原因，記入歷史紀錄；不含姓名"],
  "legal basis, for the history; without names": [
    "依据，记入历史记录；不含姓名",
    "依據，記入歷史紀錄；不含姓名",
  ],
  "the start, inclusive; a date means midnight UTC": [
    "开始时间（含）；日期按 UTC 零点",
    "開始時間（含）；日期按 UTC 零時",
  ],
  "the end, exclusive; a future time means now": [
    "结束时间（不含）；未来时间表示现在",
    "結束時間（不含）；將來時間表示現在",
  ],
  "changes of people in the sample": ["抽样的人员变动数", "抽樣的人員變動數"],
  "seed of the sample (default: a random one, which is shown)": [
    "抽样种子；省略则自动选择并告知",
    "抽樣種子；省略則自動選擇並告知",
  ],
  "the zip": ["zip 文件", "zip 檔案"],
  "only this one; dingtalk is the robot": ["仅此渠道；dingtalk 指机器人", "只限此渠道；dingtalk 指機械人"],
  "test it with this number of people of the directory; needs the installation": [
    "用目录中这么多人试算；需要已安装的服务",
    "以目錄中這個數目的人試算；需要已安裝的服務",
  ],
  "the YAML file, as MAPPING_FILE would name it": [
    "YAML 文件，如 MAPPING_FILE 所指",
    "YAML 檔案，如 MAPPING_FILE 所指",
  ],
  "only show pending migrations; exit code 1 if there are any": [
    "只显示待执行的迁移；若有则退出码为 1",
    "只顯示待執行的遷移；如有則結束代碼為 1",
  ],
  "port on 127.0.0.1; 0 is any free port": [
    "在 127.0.0.1 上监听的端口；0 表示任意空闲端口",
    "於 127.0.0.1 上監聽的連接埠；0 表示任意空閒連接埠",
  ],
  "calls per second, per app and API; 0 is no limit": [
    "每应用每 API 的每秒调用数；0 表示不限",
    "每應用每 API 的每秒調用數；0 表示不限",
  ],
  "keep the organisation in this file over restarts": [
    "将组织保存在此文件，重启后仍在",
    "將組織保存於此檔案，重新啟動後仍在",
  ],
  "which one": ["哪一种", "哪一種"],
  "make the last key of ENCRYPTION_KEY_FILE current; if it is current already, add a new one to the file": [
    "启用 ENCRYPTION_KEY_FILE 中最后一个密钥；若已启用，则在文件中新增一个",
    "啟用 ENCRYPTION_KEY_FILE 中最後一個密鑰；如已啟用，則在檔案中新增一個",
  ],
};
