import type { Translations } from "./translations.ts";

/** Descriptions of commands. */
export const HELP: Translations = {
  "SCIM 2.0 provisioning server for DingTalk": ["钉钉的 SCIM 2.0 预配服务器", "釘釘的 SCIM 2.0 佈建伺服器"],
  "run the server; settings come from the environment, see .env.example": [
    "运行服务器；设置取自环境变量，参见 .env.example",
    "執行伺服器；設定取自環境變數，請參閱 .env.example",
  ],
  "play Entra ID for a synthetic company against the running server, then compare the sandbox DingTalk with the directory":
    [
      "模拟 Entra ID 为虚构公司向运行中的服务器推送数据，再比较沙盒钉钉与目录",
      "模擬 Entra ID 為虛構公司向運行中的伺服器推送資料，再比較沙盒釘釘與目錄",
    ],
  "bearer tokens of SCIM clients, operators and auditors": [
    "SCIM 客户端、运维人员和审计人员的令牌",
    "SCIM 用戶端、操作人員及審計人員的權杖",
  ],
  "create a token and show it once": ["创建令牌，仅显示这一次", "建立權杖，只顯示這一次"],
  "all tokens, newest first; none shows its secret": [
    "全部令牌，新的在前；不显示密钥",
    "全部權杖，新的在前；不顯示密鑰",
  ],
  "revoke a token immediately": ["立即吊销令牌", "立即撤銷權杖"],
  "a link for signing in to the dashboard, valid once and for ten minutes; an event records who made it": [
    "登录管理页面的一次性链接，十分钟内有效；历史记录会注明创建者",
    "登入管理頁面的一次性連結，十分鐘內有效；歷史紀錄會註明建立者",
  ],
  "workloads that get access tokens for a signed assertion, without a secret (workload identity federation)":
    [
      "凭签名断言获取访问令牌、无需密钥的工作负载（工作负载标识联合）",
      "憑已簽署斷言取得存取權杖、毋須密鑰的工作負載（工作負載身分識別同盟）",
    ],
  "trust a workload of Entra ID, and show its client id": [
    "信任 Entra ID 的工作负载，并显示其客户端 ID",
    "信任 Entra ID 的工作負載，並顯示其用戶端 ID",
  ],
  "all trusts, newest first": ["全部信任关系，新的在前", "全部信任關係，新的在前"],
  "remove a trust immediately, with the access tokens it has issued": [
    "立即终止信任关系及其颁发的访问令牌",
    "立即終止信任關係及其發出的存取權杖",
  ],
  "SCIM clients, each with its own tokens and its own externalId space": [
    "SCIM 客户端（数据源），各有独立的令牌和 externalId 空间",
    "SCIM 用戶端（資料來源），各有獨立的權杖及 externalId 空間",
  ],
  "add a SCIM client": ["添加 SCIM 客户端", "新增 SCIM 用戶端"],
  "all SCIM clients, by name": ["全部 SCIM 客户端，按名称排列", "全部 SCIM 用戶端，按名稱排列"],
  "people of a source that has no SCIM client": [
    "没有 SCIM 客户端的数据源的人员",
    "沒有 SCIM 用戶端的資料來源的人員",
  ],
  "import the people of a source from a file, with a department for each name in the column `department`": [
    "从文件导入数据源的人员，并按 `department` 列中的每个名称建立部门",
    "由檔案匯入資料來源的人員，並按 `department` 欄中的每個名稱建立部門",
  ],
  "read people from a report of Workday (WORKDAY_FILE)": [
    "从 Workday 报表读取人员（WORKDAY_FILE）",
    "從 Workday 報表讀取人員（WORKDAY_FILE）",
  ],
  "read the report of everybody and show what an import would do; writes nothing": [
    "读取全员报表，显示导入将作的更改；不写入",
    "讀取全員報表，顯示匯入將作的更改；不寫入",
  ],
  "read the report now, in addition to the server's schedule: entries since the last reading, or everybody": [
    "在服务器定时任务之外立即读取报表：上次读取以来的内容，或全员",
    "在伺服器排程以外立即讀取報表：上次讀取以來的內容，或全員",
  ],
  "the state of directory and DingTalk, before the first write or at any time: matches, and data that keep people out":
    [
      "首次写入前或任何时候评估目录和钉钉：匹配情况，以及使人员无法加入的数据",
      "首次寫入前或任何時候評估目錄及釘釘：配對情況，以及令人員無法加入的資料",
    ],
  "match existing people and departments of DingTalk with the directory: proposals and decisions": [
    "将钉钉中原有的人员和部门与目录匹配：建议与决定",
    "將釘釘中原有的人員及部門與目錄配對：建議與決定",
  ],
  "proposed, ambiguous, linked and rejected matches": [
    "待确认、有多个候选、已关联或已否认的条目",
    "待確認、有多個候選、已關聯或已否定的項目",
  ],
  "accept proposals: link them": ["确认匹配并关联", "確認配對並關聯"],
  "reject proposals: they are never proposed again": [
    "否认匹配：会记住，不再建议",
    "否定配對：會記住，不再建議",
  ],
  "stop managing a person or department; nothing changes in DingTalk": [
    "解除关联：本服务不再管理该人员或部门，钉钉中不作任何更改",
    "解除關聯：本服務不再管理該人員或部門，釘釘中不作任何更改",
  ],
  "match records of several sources that are the same person: proposals and decisions": [
    "多个数据源中哪些记录是同一人：建议与决定",
    "多個資料來源中哪些紀錄是同一人：建議與決定",
  ],
  "proposed, ambiguous, joined and refused matches": [
    "待确认、有多个候选、已合并或已否认的条目",
    "待確認、有多個候選、已合併或已否定的項目",
  ],
  "compare all records now: join certain matches and propose the others": [
    "立即比较所有记录：确定的合并，其余列为建议",
    "立即比較所有紀錄：確定的合併，其餘列為建議",
  ],
  "join records: they are the same person; also after a refusal or separation": [
    "确认是同一人；也适用于已否认或已拆分的条目",
    "確認是同一人；也適用於已否定或已分開的項目",
  ],
  "refuse a match: they are different people and are never proposed again": [
    "确认是两个人：会记住，不再建议",
    "確認是兩個人：會記住，不再建議",
  ],
  "that sources have deleted their records of a person counts no more": [
    "忽略已删除的记录：不再因数据源删除记录而影响此人",
    "忽略已刪除的紀錄：不再因資料來源刪除紀錄而影響此人",
  ],
  "separate a record from its person; the person keeps the DingTalk account": [
    "将记录拆分为单独的人；钉钉账号留给原人员",
    "將紀錄分開；釘釘帳戶保留給原人員",
  ],
  "all changes that would be made in DingTalk, or those of one person; nothing is sent or written": [
    "将在钉钉执行的全部操作，或针对一个人的操作；不发送，不写入",
    "將於釘釘執行的全部操作，或針對一人的操作；不傳送，不寫入",
  ],
  "compare everything with DingTalk now; differences become due, and the running server reconciles them": [
    "立即与钉钉全量比对；有差异的转为待发送，由运行中的服务器处理",
    "立即與釘釘全面比對；有差異的轉為待傳送，由運行中的伺服器處理",
  ],
  "retry everything that is not in sync for one reason; the running server does it": [
    "重试因某一原因未同步的全部条目；由运行中的服务器执行",
    "重試因某一原因未同步的全部項目；由運行中的伺服器執行",
  ],
  "stop all writes of every process to DingTalk until `resume`; SCIM requests are still answered": [
    "停止所有进程对钉钉的写入，直到 `resume`；SCIM 请求照常响应",
    "停止所有程序對釘釘的寫入，直至 `resume`；SCIM 請求照常回應",
  ],
  "resume writes to DingTalk after `pause`": ["`pause` 之后恢复对钉钉的写入", "`pause` 之後恢復對釘釘的寫入"],
  "lower or raise the mode while the server runs, never above SYNC_MODE": [
    "在服务器运行时降低或提高模式，不会超过 SYNC_MODE",
    "於伺服器運行時降低或提高模式，不會超過 SYNC_MODE",
  ],
  "changes held by limits of the policy, and decisions about them": [
    "被策略上限拦下的更改及相关决定",
    "被政策上限攔下的更改及相關決定",
  ],
  "holds, newest first": ["全部拦截，新的在前", "全部攔截，新的在前"],
  "one hold with its members": ["一次拦截及涉及的对象", "一次攔截及涉及的對象"],
  "approve exactly these members, for one hour": [
    "仅批准这些对象，一小时内有效",
    "只批准這些對象，一小時內有效",
  ],
  "reject a hold: its members stay unchanged until the source changes them again": [
    "拒绝拦截：对象保持原样，直到数据源再次更改",
    "拒絕攔截：對象維持原狀，直至資料來源再次更改",
  ],
  "put back people whom the loop has removed; the running server does it": [
    "恢复被自动移除的人员；由运行中的服务器执行",
    "恢復被自動移除的人員；由運行中的伺服器執行",
  ],
  "verify that the history was not altered, and export the proof": [
    "验证历史记录未被篡改，并导出证明",
    "驗證歷史紀錄未被竄改，並匯出證明",
  ],
  "verify the signatures of the history; exit code 1 if they do not match": [
    "验证历史记录的签名；不一致时退出码为 1",
    "驗證歷史紀錄的簽署；不一致時結束代碼為 1",
  ],
  "the events as one file, or the log as files that prove it": [
    "将事件导出为一个文件，或将日志导出为可供证明的文件",
    "將事件匯出為一個檔案，或將日誌匯出為可供證明的檔案",
  ],
  "proof that one event is in the log, as text for offline use (C2SP tlog-proof)": [
    "证明某事件在日志中，输出可离线使用的文本（C2SP tlog-proof）",
    "證明某事件在日誌中，輸出可離線使用的文字（C2SP tlog-proof）",
  ],
  "the verifier keys of the log, one per line; the current one first": [
    "日志的验证公钥，每行一个，当前使用的在前",
    "日誌的驗證公鑰，每行一個，現用的在前",
  ],
  "a witness for auditors: signs checkpoints that extend the log it has seen, and refuses a shortened or rewritten log":
    [
      "供审计人员使用的见证程序：为延续先前内容的检查点签名，拒绝被缩短或改写的日志",
      "供審計人員使用的見證程式：為延續先前內容的檢查點簽署，拒絕被縮短或改寫的日誌",
    ],
  "the data of one person: export, erasure and legal holds": [
    "一个人的数据：导出、删除和法律保留",
    "一個人的資料：匯出、刪除及法律保留",
  ],
  "all stored data of a person, what was sent to DingTalk, and who read it; names of others are left out": [
    "保存的关于此人的全部内容、发送给钉钉的内容及查看者；不含他人姓名",
    "保存的關於此人的全部內容、傳送給釘釘的內容及查看者；不含他人姓名",
  ],
  "a legal hold: nothing removes values of this person until it is released": [
    "法律保留：解除前不会删除此人的任何内容",
    "法律保留：解除前不會刪除此人的任何內容",
  ],
  "end a legal hold": ["解除法律保留", "解除法律保留"],
  "erase the data of a deleted or inactive person; this cannot be undone": [
    "删除已从目录删除或已停用的人员的数据；无法撤销",
    "刪除已從目錄刪除或已停用的人員的資料；無法復原",
  ],
  "an evidence pack about a period: population, sample, failures, approvals, access, configuration, all events":
    [
      "某一时段的审计证据包：全体、抽样、失败、审批、访问、配置、全部事件",
      "某段時期的審計證據包：全體、抽樣、失敗、審批、存取、設定、全部事件",
    ],
  "check settings, database, mapping and the app's permissions in DingTalk; ends a pause whose cause is gone, and changes nothing else":
    [
      "检查设置、数据库、映射及应用在钉钉的权限；若暂停的原因已消失则解除暂停，其他不作更改",
      "檢查設定、資料庫、對應檔案及應用在釘釘的權限；若暫停的原因已消失則解除暫停，其他不作更改",
    ],
  "channels that notify operators of incidents": [
    "告警渠道：出现问题时通知运维人员",
    "警示渠道：出現問題時通知操作人員",
  ],
  "send a test message on every configured channel, and show the result": [
    "向每个已设置的渠道发送测试消息，并显示结果",
    "向每個已設定的渠道發送測試訊息，並顯示結果",
  ],
  "check a mapping file before the server uses it": [
    "在服务器使用之前检查映射文件",
    "在伺服器使用之前檢查對應檔案",
  ],
  "find all errors of a mapping file; with --people, also values that it cannot make for people of the directory":
    [
      "找出映射文件的全部错误；加 --people 则同时试算目录中的人员",
      "找出對應檔案的全部錯誤；加 --people 則同時試算目錄中的人員",
    ],
  "print the built-in mapping file, as a start for your own": [
    "打印未设置 MAPPING_FILE 时生效的文件，可据此编写自己的文件",
    "列印未設定 MAPPING_FILE 時生效的檔案，可據此編寫自己的檔案",
  ],
  "print the JSON Schema of a mapping file, for editors": [
    "输出映射文件的 JSON Schema，供编辑器使用",
    "輸出對應檔案的 JSON Schema，供編輯器使用",
  ],
  "migrate the database to this version; `serve` does this automatically": [
    "将数据库升级到此版本；`serve` 会自动执行",
    "將資料庫升級至此版本；`serve` 會自動執行",
  ],
  "run the simulated DingTalk alone, until Ctrl-C; app key and secret are sandbox, the corp id is dingsandbox":
    [
      "单独运行模拟钉钉，按 Ctrl-C 停止；应用 Key 和 Secret 为 sandbox，企业 ID 为 dingsandbox",
      "單獨執行模擬釘釘，按 Ctrl-C 停止；應用 Key 及 Secret 為 sandbox，企業 ID 為 dingsandbox",
    ],
  "the current settings and their origin; secrets are masked. Exit code 1 if the server could not start with them":
    [
      "生效的设置及其来源；密钥已隐藏。若无法以此启动服务器，退出码为 1",
      "生效的設定及其來源；密鑰已隱藏。如無法以此啟動伺服器，結束代碼為 1",
    ],
  "the database of an installation": ["安装所用的数据库", "安裝所用的資料庫"],
  "database users that may append to the history but not change it; without options, list them": [
    "可追加但不能更改历史记录的数据库用户；不加选项则列出",
    "可新增但不能更改歷史紀錄的資料庫使用者；不加選項則列出",
  ],
  "wrap the keys of people with the current key-encryption key, where another one wraps them": [
    "将仍由其他密钥加密密钥保护的个人密钥改由现用的保护",
    "將仍由其他密鑰加密密鑰保護的個人密鑰改由現用的保護",
  ],
  "consumers of the history's events (FEED_FILE): position, replay and reset": [
    "历史事件的接收方（FEED_FILE）：查看进度、重新发送或跳过",
    "歷史事件的接收方（FEED_FILE）：查看進度、重新傳送或略過",
  ],
  "position of each consumer, and why its last try failed": [
    "各接收方的进度，以及上次失败的原因",
    "各接收方的進度，以及上次失敗的原因",
  ],
  "send all events from a position again": ["从某一位置起全部重新发送", "由某一位置起全部重新傳送"],
  "skip the pending events of a consumer: it continues after the newest event; a consumer that is no longer in the file is deleted":
    [
      "跳过接收方尚未收到的事件，从最新事件之后继续；已不在文件中的接收方则被移除",
      "略過接收方尚未收到的事件，由最新事件之後繼續；已不在檔案中的接收方則被移除",
    ],
  "a shell script for completion of commands and options": [
    "使 shell 自动补全命令和选项的脚本",
    "令 shell 自動補全指令及選項的指令碼",
  ],
};
