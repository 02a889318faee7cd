import type { Translations } from "./translations.ts";

/** Texts below the options, headings, and messages of the commander library. */
export const NOTES: Translations = {
  "Usage:": ["用法：", "用法："],
  "Options:": ["选项：", "選項："],
  "Arguments:": ["参数：", "參數："],
  "Commands:": ["命令：", "指令："],
  "Global Options:": ["全局选项：", "全域選項："],
  "Example:": ["示例：", "例子："],
  "Examples:": ["示例：", "例子："],
  choices: ["可选", "可選"],
  default: ["默认", "預設"],
  "(see --help)": ["（详见 --help）", "（詳見 --help）"],
  "error: required option '{0}' not specified": ["错误：缺少必需的选项 '{0}'", "錯誤：欠缺必要的選項 '{0}'"],
  "error: missing required argument '{0}'": ["错误：缺少必需的参数 '{0}'", "錯誤：欠缺必要的參數 '{0}'"],
  "error: unknown option '{0}'": ["错误：未知选项 '{0}'", "錯誤：不明選項 '{0}'"],
  "error: unknown command '{0}'": ["错误：未知命令 '{0}'", "錯誤：不明指令 '{0}'"],
  "error: option '{0}' argument missing": ["错误：选项 '{0}' 缺少值", "錯誤：選項 '{0}' 欠缺值"],
  "error: option '{0}' argument '{1}' is invalid. Allowed choices are {2}.": [
    "错误：选项 '{0}' 的值 '{1}' 无效。可选：{2}。",
    "錯誤：選項 '{0}' 的值 '{1}' 無效。可選：{2}。",
  ],
  "error: command-argument value '{0}' is invalid for argument '{1}'. Allowed choices are {2}.": [
    "错误：参数 '{1}' 的值 '{0}' 无效。可选：{2}。",
    "錯誤：參數 '{1}' 的值 '{0}' 無效。可選：{2}。",
  ],
  "error: option '{0}' argument '{1}' is invalid. {2}": [
    "错误：选项 '{0}' 的值 '{1}' 无效。{2}",
    "錯誤：選項 '{0}' 的值 '{1}' 無效。{2}",
  ],
  "error: command-argument value '{0}' is invalid for argument '{1}'. {2}": [
    "错误：参数 '{1}' 的值 '{0}' 无效。{2}",
    "錯誤：參數 '{1}' 的值 '{0}' 無效。{2}",
  ],
  "error: too many arguments for '{0}'. Expected {1} but got {2}.": [
    "错误：'{0}' 的参数过多：应为 {1}，实为 {2}。",
    "錯誤：'{0}' 的參數過多：應為 {1}，實為 {2}。",
  ],
  "(Did you mean {0}?)": ["（是否指 {0}？）", "（是否指 {0}？）"],
  "error: --from must be before --to, and in the past": [
    "错误：--from 必须早于 --to，且为过去的时间",
    "錯誤：--from 必須早於 --to，並為過去的時間",
  ],
  "error: name a file with --out, or a folder with --tiles": [
    "错误：请用 --out 指定文件，或用 --tiles 指定文件夹",
    "錯誤：請用 --out 指定檔案，或用 --tiles 指定資料夾",
  ],
  "error: name people, or a hold with --hold": [
    "错误：请指明人员，或用 --hold 指明拦截",
    "錯誤：請指明人員，或用 --hold 指明攔截",
  ],
  "error: name ids, or --tier with --count": [
    "错误：请指明 ID，或用 --tier 加 --count",
    "錯誤：請指明 ID，或用 --tier 加 --count",
  ],
  "error: --explain is about one person: name them with --user": [
    "错误：--explain 针对一个人，请用 --user 指明",
    "錯誤：--explain 針對一個人，請用 --user 指明",
  ],
  "error: --mode, --mapping and --policy are about everybody: leave --user out": [
    "错误：--mode、--mapping 和 --policy 针对所有人，请去掉 --user",
    "錯誤：--mode、--mapping 及 --policy 針對所有人，請刪去 --user",
  ],
  "{0} are proposed at this tier now: check the list again and give that count": [
    "此级别现有 {0} 条建议：请重新查看列表并指明该数量",
    "此級別現有 {0} 項建議：請重新查看清單並指明該數目",
  ],
  "a change of this entity is being sent to the target: try again in a few seconds": [
    "此条目的更改正在发送：请几秒后再试",
    "此項目的更改正在傳送：請數秒後再試",
  ],
  "one of the two now has another link: there is nothing left to decide": [
    "其中一方已有其他关联：无需再作决定",
    "其中一方已有其他關聯：毋須再作決定",
  ],
  "the person is no longer active, or the department no longer exists, in the directory: a linked account would be removed":
    [
      "目录中该人员已停用或该部门已不存在：关联后会被移除",
      "目錄中該人員已停用或該部門已不存在：關聯後會被移除",
    ],
  "no source has deleted its record of this person: there is nothing to forget": [
    "没有数据源删除过此人的记录：无需忽略",
    "沒有資料來源刪除過此人的紀錄：毋須忽略",
  ],
  "this is already decided": ["此前已作决定", "之前已作決定"],
  "one of the two no longer exists": ["其中一方已不存在", "其中一方已不存在"],
  "the record belongs to another person with several records: separate it first": [
    "该记录已与其他记录合为另一人：请先在那里拆分",
    "該紀錄已與其他紀錄合為另一人：請先於該處分開",
  ],
  "both have an account at the target, and the person has several records: separate them first": [
    "双方在钉钉都有账号，且该人员有多条记录：请先拆分",
    "雙方於釘釘均有帳戶，且該人員有多項紀錄：請先分開",
  ],
  "Exit codes: 0 done, 1 found problems, 2 bad usage, 3 could not run.\n`dingtalk-scim <command> --help` has examples.":
    [
      "退出码：0 完成，1 发现问题，2 用法错误，3 无法运行。\n`dingtalk-scim <命令> --help` 有示例。",
      "結束代碼：0 完成，1 發現問題，2 用法錯誤，3 無法執行。\n`dingtalk-scim <指令> --help` 有例子。",
    ],
  "Plays an initial cycle, a change cycle, a leaver cycle and then the last one again, which must change nothing.\nWith --rollout: people are in DingTalk first, entered by hand; the mode is lowered, they are taken over, and a mass removal by mistake is held and taken back.\nEach time another company is played, from --seed on, and stays.\nExit code 1 when anything in DingTalk is not as in the directory. Plays against a sandbox only.":
    [
      "依次演示首次同步、变动、离职，再重复最后一轮，重复时不应有任何更改。\n加 --rollout：钉钉中先有手工录入的人员；降低模式、认领人员，并拦下和撤回一次误操作的大批移除。\n每次从 --seed 起演示另一家公司，并予以保留。\n钉钉与目录不一致时退出码为 1。仅对沙盒运行。",
      "依次示範首次同步、變動、離職，再重複最後一輪，重複時不應有任何更改。\n加 --rollout：釘釘中先有人手輸入的人員；降低模式、認領人員，並攔下及撤回一次誤操作的大批移除。\n每次由 --seed 起示範另一間公司，並予以保留。\n釘釘與目錄不一致時結束代碼為 1。只對沙盒執行。",
    ],
  "Every value is compared exactly, without wildcards. Of an audience that ends in /.default, which is how Entra's portal shows it, the\nassertion carries the part before: both are taken. Hosts other than Entra's have to be named in ASSERTION_KEY_HOSTS.":
    [
      "各值按原样比较，不支持通配符。Entra 门户显示的受众以 /.default 结尾，而断言只含其前面部分：两者均接受。\nEntra 以外的主机须在 ASSERTION_KEY_HOSTS 中列出。",
      "各值按原樣比較，不支援萬用字元。Entra 入口網站顯示的受眾以 /.default 結尾，而斷言只含其前面部分：兩者均接受。\nEntra 以外的主機須於 ASSERTION_KEY_HOSTS 列出。",
    ],
  "The first line of a CSV file names the columns, in English or Chinese: employee number (工号), name (姓名), mobile (手机), email (邮箱),\ntitle (职位), department (部门: a path such as Sales/Hong Kong, several divided by ;), manager (主管, an employee number), active (在职).\ndocs/sources.md has all names. Each row needs a name, and an employee number, an external id or a user name.\nThe whole file is checked first: if one row is wrong, nothing is changed. Who is not in the file has left, and is deactivated.":
    [
      "CSV 文件首行为列名，中英文均可：工号、姓名、手机、邮箱、职位、部门（路径，如 Sales/Hong Kong，多个以 ; 分隔）、主管（工号）、在职。\n全部列名见 docs/sources.md。每行须有姓名，以及工号、外部 ID 或用户名之一。\n先检查整个文件：有一行错误则不作任何更改。不在文件中的人员视为已离职并停用。",
      "CSV 檔案首行為欄名，中英文均可：工號、姓名、手機、電郵、職位、部門（路徑，如 Sales/Hong Kong，多個以 ; 分隔）、主管（工號）、在職。\n全部欄名見 docs/sources.md。每行須有姓名，以及工號、外部 ID 或使用者名稱之一。\n先檢查整個檔案：有一行錯誤則不作任何更改。不在檔案中的人員視為已離職並停用。",
    ],
  "Reads DingTalk's lists, a page at a time, and writes nothing to DingTalk. Works before any SCIM client has sent anything. What may be the same on both sides\nis proposed: `dingtalk-scim adopt list`.":
    [
      "逐页读取钉钉的列表，不向钉钉写入。SCIM 客户端尚未推送时也可使用。两边可能相同的条目会列为建议：`dingtalk-scim adopt list`。",
      "逐頁讀取釘釘的清單，不向釘釘寫入。SCIM 用戶端尚未推送時也可使用。兩邊可能相同的項目會列為建議：`dingtalk-scim adopt list`。",
    ],
  "DATABASE_URL is that of the owner of the tables here, and the address of one of these users in the processes. Each gets what its kind needs and loses\neverything else. After a migration by the owner they get what is new.":
    [
      "此处的 DATABASE_URL 为表的所有者的地址，各进程则使用这些用户之一的地址。每个用户获得其类型所需的权限，\n并失去其余权限。所有者执行迁移后，新增内容会自动授权。",
      "此處的 DATABASE_URL 為資料表擁有者的地址，各程序則使用這些使用者之一的地址。每個使用者獲得其類型所需的權限，\n並失去其餘權限。擁有者執行遷移後，新增內容會自動授權。",
    ],
  "Exit code 0 if there is nothing to check, else 1.": [
    "没有需要处理的事项时退出码为 0，否则为 1。",
    "沒有需要處理的事項時結束代碼為 0，否則為 1。",
  ],
  "A decision sends nothing to DingTalk; the running server makes the changes that follow. `dingtalk-scim assess` and every comparison make proposals.":
    [
      "决定本身不向钉钉发送；后续由运行中的服务器执行。`dingtalk-scim assess` 和每次比对都会产生建议。",
      "決定本身不向釘釘傳送；後續由運行中的伺服器執行。`dingtalk-scim assess` 及每次比對都會產生建議。",
    ],
  "What is compared, and whose values count, is in the block `sources` of the mapping file (docs/sources.md).":
    [
      "比较的内容和以谁的值为准，由映射文件的 `sources` 部分决定（docs/sources.md）。",
      "比較的內容和以誰的值為準，由對應檔案的 `sources` 部分決定（docs/sources.md）。",
    ],
  "Exit code 0 when nothing differs, else 1. Of one person: 1 when they are parked or held, because nothing is sent until that is fixed.":
    [
      "没有差异时退出码为 0，否则为 1。针对一个人时：被搁置或拦下为 1，解决之前不会执行。",
      "沒有差異時結束代碼為 0，否則為 1。針對一個人時：被擱置或攔下為 1，解決之前不會執行。",
    ],
  "Reads DingTalk's lists, a page at a time. Objects that are not ours are counted and never touched.\nExit code 1 if there were differences.":
    [
      "逐页读取钉钉的列表。不属于本服务的对象只计数，绝不更改。\n有不一致时退出码为 1。",
      "逐頁讀取釘釘的清單。不屬本服務的物件只計數，絕不更改。\n有不一致時結束代碼為 1。",
    ],
  "The same as POST /api/sync/items/retry. Each entity keeps its reason until it is checked again.": [
    "同 POST /api/sync/items/retry。各条目保留原因，直到再次处理。",
    "同 POST /api/sync/items/retry。各項目保留原因，直至再次處理。",
  ],
  "Kept over restarts.": ["重启后仍然有效。", "重新啟動後仍然有效。"],
  "Kept over restarts. Exit code 1 when SYNC_MODE does not allow the mode.": [
    "重启后仍然有效。SYNC_MODE 不允许该模式时退出码为 1。",
    "重新啟動後仍然有效。SYNC_MODE 不容許該模式時結束代碼為 1。",
  ],
  "More than 50 members, or more than a tenth of those in DingTalk, need a second approval: by another signed-in user, with another token, or by\nanother operating-system user at the command line. In the sandbox one approval is enough.":
    [
      "超过 50 项或超过钉钉中总数的十分之一时，需要第二人批准：另一个登录用户、另一个令牌，或在命令行上的另一个系统用户。\n在沙盒中一次批准即可。",
      "超過 50 項或超過釘釘總數的十分之一時，需要第二人批准：另一位登入的使用者、另一個權杖，或於指令列的另一個系統使用者。\n在沙盒中一次批准即可。",
    ],
  "The same as POST /api/sync/restore. Only people who are active in the directory are put back, within 30 days of their removal. Exit code 1 if anybody is not put back.":
    [
      "同 POST /api/sync/restore。仅恢复目录中已启用的人员，30 天内有效。有人未恢复时退出码为 1。",
      "同 POST /api/sync/restore。只恢復目錄中已啟用的人員，30 日內有效。有人未恢復時結束代碼為 1。",
    ],
  "Every entry is hashed, the tree is built anew, and each event is compared with its entry. What is wrong first is named by its event and its index.":
    [
      "逐条计算哈希并重建哈希树，再将每个事件与其条目核对。首个错误以事件和序号指明。",
      "逐項計算雜湊並重建雜湊樹，再將每個事件與其項目核對。首個錯誤以事件及序號指明。",
    ],
  "The same as GET /api/history/export, and an event of the history itself.": [
    "同 GET /api/history/export，导出本身也记入历史记录。",
    "同 GET /api/history/export，匯出本身也記入歷史紀錄。",
  ],
  "The same as GET /api/history/ID/proof.": [
    "同 GET /api/history/ID/proof。",
    "同 GET /api/history/ID/proof 。",
  ],
  "The same as GET /history/key. Keep it where the owner of the database cannot change it.": [
    "同 GET /history/key。请保存在数据库所有者无法更改之处。",
    "同 GET /history/key。請保存於資料庫擁有者無法更改之處。",
  ],
  "Speaks C2SP tlog-witness at /add-checkpoint, in plain HTTP: put a proxy with a certificate before it. The line that it prints belongs into the\nHISTORY_WITNESS_POLICY of the server.":
    [
      "在 /add-checkpoint 以明文 HTTP 提供 C2SP tlog-witness：请在前面设置带 TLS 证书的代理。\n输出的一行应写入服务器的 HISTORY_WITNESS_POLICY。",
      "於 /add-checkpoint 以明文 HTTP 提供 C2SP tlog-witness：請於前面設置帶 TLS 證書的代理。\n輸出的一行應寫入伺服器的 HISTORY_WITNESS_POLICY。",
    ],
  "The export is an event of the history itself.": ["导出本身也记入历史记录。", "匯出本身也記入歷史紀錄。"],
  "<person>: id or userName; also name, e-mail address, job number, last digits of the mobile number. People who are gone: their id.":
    [
      "<person>：ID 或 userName；也可用姓名、邮箱、工号、手机号末几位。已离开的人员：用 ID。",
      "<person>：ID 或 userName；也可用姓名、電郵地址、工號、手機號碼末幾位。已離開的人員：用 ID。",
    ],
  "Refused, with exit code 1 and nothing changed: under a legal hold, while the person is active in the directory, and for an unknown person.":
    [
      "以下情况会拒绝，退出码为 1 且不作更改：法律保留中、目录显示此人在职、查无此人。",
      "以下情況會拒絕，結束代碼為 1 且不作更改：法律保留中、目錄顯示此人在職、查無此人。",
    ],
  "The same as POST /api/evidence. The pack has no values of people, and is an event of the history itself.":
    [
      "同 POST /api/evidence。证据包不含个人信息内容，并记入历史记录。",
      "同 POST /api/evidence。證據包不含個人資料內容，並記入歷史紀錄。",
    ],
  "Exit code 1 when something is missing; each problem says what to do.": [
    "有缺失时退出码为 1；每个问题都说明处理方法。",
    "有欠缺時結束代碼為 1；每個問題均說明處理方法。",
  ],
  "Exit code 1 when a message was not taken, or no channel is set (docs/alerts.md).": [
    "消息未被接收或未设置渠道时退出码为 1（docs/alerts.md）。",
    "訊息未被接收或未設定渠道時結束代碼為 1（docs/alerts.md）。",
  ],
  "The same as GET /api/feed. Exit code 1 when the last try of one has failed.": [
    "同 GET /api/feed。有接收方上次发送失败时退出码为 1。",
    "同 GET /api/feed。有接收方上次傳送失敗時結束代碼為 1。",
  ],
  "The same as POST /api/feed/NAME/replay.": [
    "同 POST /api/feed/NAME/replay。",
    "同 POST /api/feed/NAME/replay。",
  ],
  "Skipped events can be sent with `feed replay`.": [
    "跳过的事件可用 `feed replay` 重新发送。",
    "略過的事件可用 `feed replay` 重新傳送。",
  ],
  "Nothing is written and nothing is sent. Exit code 1 when the file has a mistake.": [
    "不写入，不发送。文件有误时退出码为 1。",
    "不寫入，不傳送。檔案有錯時結束代碼為 1。",
  ],
  "Every process has to be able to read the new key before it comes in force: with a file of its own for each, add the line to all of them first. Processes that run\ngo on with the key before; restart them, call this without --rotate, and then take the line of the key before out of the file.":
    [
      "新密钥启用前，每个进程都必须能读到它：若各有自己的文件，请先在所有文件中加入该行。运行中的进程仍使用之前的密钥；\n请重启它们，再不带 --rotate 运行本命令，然后从文件中删除之前密钥的那一行。",
      "新密鑰啟用前，每個程序都必須能讀到它：如各有自己的檔案，請先在所有檔案中加入該行。運行中的程序仍使用之前的密鑰；\n請重新啟動它們，再不帶 --rotate 執行本指令，然後從檔案中刪除之前密鑰的那一行。",
    ],
};
