import type { Translations } from "./translations.ts";

/** Messages of commands. */
export const MESSAGES: Translations = {
  "dingtalk-scim is ready": ["dingtalk-scim 已就绪", "dingtalk-scim 已就緒"],
  stopping: ["正在停止", "正在停止"],
  Dashboard: ["管理页面", "管理頁面"],
  "SCIM (Tenant URL)": ["SCIM（租户 URL）", "SCIM（租用戶 URL）"],
  "API, documented": ["API 及文档", "API 及文件"],
  Database: ["数据库", "資料庫"],
  "the configured organisation, mode {0}": ["已配置的组织，模式 {0}", "已設定的組織，模式 {0}"],
  "sandbox (simulated DingTalk) at {0}, mode {1}": [
    "沙盒（模拟钉钉）{0}，模式 {1}",
    "沙盒（模擬釘釘）{0}，模式 {1}",
  ],
  "embedded PostgreSQL in {0}": ["内置 PostgreSQL，位于 {0}", "內置 PostgreSQL，位於 {0}"],
  "Secret token, shown this once (all scopes; keep it safe):": [
    "机密令牌，仅显示这一次（包含全部权限范围，请妥善保管）：",
    "祕密權杖，只顯示這一次（包含全部權限範圍，請妥善保管）：",
  ],
  "Another one:": ["再创建一个：", "再建立一個："],
  "{0}: {1} steps": ["{0}：{1} 步", "{0}：{1} 步"],
  "{0}: {1} of {2}": ["{0}：{1}/{2}", "{0}：{1}/{2}"],
  "{0}: all sent, {1} people and departments are on the way to DingTalk": [
    "{0}：已全部发送，{1} 个人员和部门正在写入钉钉",
    "{0}：已全部傳送，{1} 個人員及部門正在寫入釘釘",
  ],
  "{0}: done": ["{0}：完成", "{0}：完成"],
  "sent, on the way to DingTalk:": ["已发送，正在写入钉钉：", "已傳送，正在寫入釘釘："],
  "dingtalk-scim: the output could not be written ({0})": [
    "dingtalk-scim：无法写入输出（{0}）",
    "dingtalk-scim：無法寫入輸出（{0}）",
  ],
  "dingtalk-scim: interrupted": ["dingtalk-scim：已中断", "dingtalk-scim：已中斷"],
  "dingtalk-scim cannot start:": ["dingtalk-scim 无法启动：", "dingtalk-scim 無法啟動："],
  "Every process uses the owner of the tables, who may change the history.": [
    "所有进程均使用表的所有者，其可以更改历史记录。",
    "所有程序均使用資料表擁有者，其可更改歷史紀錄。",
  ],
  "No consumer is named: FEED_FILE is not set, or empty.": [
    "没有接收方：FEED_FILE 未设置或为空。",
    "沒有接收方：FEED_FILE 未設定或為空。",
  ],
  "not in the file": ["不在文件中", "不在檔案中"],
  "{0} gets everything from {1} on again.": [
    "{0} 将从 {1} 起重新收到全部事件。",
    "{0} 將由 {1} 起重新收到全部事件。",
  ],
  "Nothing was done: there is no position {0} yet.": ["未执行：尚无位置 {0}。", "未執行：尚無位置 {0}。"],
  "{0} is deleted; its position was {1}.": ["{0} 已移除；其位置为 {1}。", "{0} 已移除；其位置為 {1}。"],
  "{0} continues after the newest event; {1} from {2} on are skipped.": [
    "{0} 从最新事件之后继续；跳过自 {2} 起的 {1} 个事件。",
    "{0} 由最新事件之後繼續；略過自 {2} 起的 {1} 個事件。",
  ],
  "{0} is not an event of the log, or not in it yet.": [
    "日志中没有事件 {0}，或尚未记入。",
    "日誌中沒有事件 {0}，或尚未記入。",
  ],
  "The evidence is in {0}.": ["证据包已保存到 {0}。", "證據包已儲存至 {0}。"],
  "The events are in {0}.": ["事件已保存到 {0}。", "事件已儲存至 {0}。"],
  "{0} entries are in {1}.": ["{0} 个条目已保存到 {1}。", "{0} 個項目已儲存至 {1}。"],
  "NOT VERIFIED: {0}": ["验证未通过：{0}", "驗證不通過：{0}"],
  "First wrong entry: {0}": ["首个错误条目：{0}", "首個錯誤項目：{0}"],
  "First wrong entry: {0} (event {1})": ["首个错误条目：{0}（事件 {1}）", "首個錯誤項目：{0}（事件 {1}）"],
  "Verified: {0}, {1} entries, root {2}": [
    "验证通过：{0}，{1} 个条目，根哈希 {2}",
    "驗證通過：{0}，{1} 個項目，根雜湊 {2}",
  ],
  "  Events compared with their entries: {0}; expired: {1}, values expired: {2}": [
    "  已与条目核对的事件：{0}；已过期：{1}，内容已过期：{2}",
    "  已與項目核對的事件：{0}；已過期：{1}，內容已過期：{2}",
  ],
  "  Anchors: {0}; witnesses of the policy: {1}": [
    "  保存的检查点：{0}；策略中的见证方：{1}",
    "  保存的檢查點：{0}；政策中的見證方：{1}",
  ],
  "No differences: DingTalk matches the directory.": [
    "没有差异：钉钉与目录一致。",
    "沒有差異：釘釘與目錄一致。",
  ],
  ", held: {0}": ["，被拦下：{0}", "，被攔下：{0}"],
  "{0} ({1})": ["{0}（{1}）", "{0}（{1}）"],
  ", removed at {0}": ["，将于 {0} 移除", "，將於 {0} 移除"],
  "Nothing is out of sync for the reason {0}.": ["没有因 {0} 未同步的条目。", "沒有因 {0} 未同步的項目。"],
  "{0} with the reason {1} are due now.": [
    "{0} 个原因为 {1} 的条目已转为待发送。",
    "{0} 個原因為 {1} 的項目已轉為待傳送。",
  ],
  "Nothing is sent until {0}: {1}": ["{0} 之前不发送：{1}", "{0} 之前不傳送：{1}"],
  "Nothing is held under a limit.": ["没有被上限拦下的更改。", "沒有被上限攔下的更改。"],
  "{0}: {1} held: {2}; {3} passed of {4} in {5} h": [
    "{0}：因 {2} 拦下 {1} 个，{5} 小时内已通过 {3} 个，上限 {4} 个",
    "{0}：因 {2} 攔下 {1} 個，{5} 小時內已通過 {3} 個，上限 {4} 個",
  ],
  "digest {0}": ["摘要 {0}", "摘要 {0}"],
  "there is no hold {0}": ["没有拦截 {0}", "沒有攔截 {0}"],
  "{0} {1}.": ["{1} {0} 项。", "{1} {0} 項。"],
  approved: ["已批准", "已批准"],
  rejected: ["已拒绝", "已拒絕"],
  "Noted. {0} need a second approval by another person.": [
    "已记录您的批准。{0} 项还须第二人批准。",
    "已記錄您的批准。{0} 項還須第二人批准。",
  ],
  "Nothing was done: the hold has {0} members now, with the digest {1}.": [
    "未执行：该拦截现有 {0} 个对象，摘要为 {1}。",
    "未執行：該攔截現有 {0} 個對象，摘要為 {1}。",
  ],
  "Nothing was done: the hold is {0}.": ["未执行：该拦截的状态为 {0}。", "未執行：該攔截的狀態為 {0}。"],
  "No people were removed under this hold.": ["没有人因此次拦截被移除。", "沒有人因此次攔截被移除。"],
  "{0} of {1} are put back.": ["{1} 人中恢复了 {0} 人。", "{1} 人中恢復了 {0} 人。"],
  "is put back": ["已恢复", "已恢復"],
  "not put back: the person is not active in the directory; make them active at the source first": [
    "未恢复：此人在目录中未启用；请先在数据源启用",
    "未恢復：此人在目錄中未啟用；請先於資料來源啟用",
  ],
  "not put back: the source has deleted the person; create the person there again, which makes a new account":
    [
      "未恢复：数据源已删除此人；请让其重新创建，将产生新账号",
      "未恢復：資料來源已刪除此人；請由其重新建立，將產生新帳戶",
    ],
  "not put back: a source has deleted its record; forget it with joins forget and this id, or create the record again at the source":
    [
      "未恢复：有数据源删除了自己的记录；用 joins forget 加此 id 忽略已删除的记录，或由该数据源重新创建",
      "未恢復：有資料來源刪除了自己的紀錄；用 joins forget 加此 id 忽略已刪除的紀錄，或由該資料來源重新建立",
    ],
  "not put back: removed more than 30 days ago, so the copy is gone; the loop creates the person again from the directory":
    [
      "未恢复：移除已超过 30 天，资料未保留；将按目录重新创建",
      "未恢復：移除已超過 30 日，資料沒有保留；將按目錄重新建立",
    ],
  "was put back before": ["此前已恢复", "之前已恢復"],
  "was not removed": ["未曾被移除", "未曾被移除"],
  "nobody has this id": ["没有人使用此 ID", "沒有人使用此 ID"],
  "{0} mistakes in {1}.": ["{1} 中有 {0} 个错误。", "{1} 中有 {0} 個錯誤。"],
  "{0} is good (version {1}).": ["{0} 没有错误（版本 {1}）。", "{0} 沒有錯誤（版本 {1}）。"],
  "No rule gives a name: nobody can be created in DingTalk. `dingtalk-scim mapping default` prints a file to start from.":
    [
      "没有规则给出姓名：无法在钉钉中创建任何人。`dingtalk-scim mapping default` 会打印一个可供修改的文件。",
      "沒有規則給出姓名：無法在釘釘中建立任何人。`dingtalk-scim mapping default` 會列印一個可供修改的檔案。",
    ],
  "{0} people of the directory were tested.": ["已用目录中的 {0} 人试算。", "已以目錄中的 {0} 人試算。"],
  "{0} of ours compared: {1} differ, {2} are missing, {3} carry our id and should be looked after, {4} had been forgotten; all of those are due now.":
    [
      "已比较 {0} 个：{1} 个有差异，{2} 个缺失，{3} 个带有我们的 ID 需处理，{4} 个曾被遗漏；以上均已转为待发送。",
      "已比較 {0} 個：{1} 個有差異，{2} 個欠缺，{3} 個帶有我們的 ID 須處理，{4} 個曾被遺漏；以上均已轉為待傳送。",
    ],
  "{0} are not ours and are left alone:": ["{0} 个不属于本服务，保持不变：", "{0} 個不屬本服務，保持不變："],
  "Nothing in DingTalk belongs to others.": [
    "钉钉中没有不属于本服务的对象。",
    "釘釘中沒有不屬本服務的對象。",
  ],
  "Nothing is sent to DingTalk any more, within two seconds. `dingtalk-scim resume` lets it go on.": [
    "两秒内停止向钉钉发送。恢复请用 `dingtalk-scim resume`。",
    "兩秒內停止向釘釘傳送。恢復請用 `dingtalk-scim resume`。",
  ],
  "Writes continue. They were stopped by {0} since {1}: {2}": [
    "已恢复写入。此前由 {0} 自 {1} 起暂停：{2}",
    "已恢復寫入。之前由 {0} 自 {1} 起暫停：{2}",
  ],
  "Nothing was stopped.": ["没有处于暂停状态。", "並非處於暫停狀態。"],
  "The mode {0} is above {1}, which SYNC_MODE allows at most. Nothing was changed.": [
    "模式 {0} 高于 SYNC_MODE 允许的上限 {1}。未作更改。",
    "模式 {0} 高於 SYNC_MODE 容許的上限 {1}。沒有更改。",
  ],
  "The mode is {0}, for every process within two seconds.": [
    "模式已设为 {0}，两秒内对所有进程生效。",
    "模式已設為 {0}，兩秒內對所有程序生效。",
  ],
  "{0} in all.": ["共 {0} 条。", "共 {0} 項。"],
  "{0} joined, {1} proposed.": ["已合并 {0} 条，建议 {1} 条。", "已合併 {0} 項，建議 {1} 項。"],
  "{0} and {1}: {2}": ["{0} 与 {1}：{2}", "{0} 與 {1}：{2}"],
  deleted: ["已删除", "已刪除"],
  ", not active": ["，未启用", "，未啟用"],
  "Deleted records of {0} are forgotten.": ["已忽略 {0} 的已删除记录。", "已忽略 {0} 的已刪除紀錄。"],
  "nothing here has the id {0}": ["没有 id 为 {0} 的条目", "沒有 id 為 {0} 的項目"],
  "nobody has the name, userName, e-mail address, number or id {0}": [
    "没有姓名、userName、邮箱、号码或 id 为 {0} 的人员",
    "沒有姓名、userName、電郵、號碼或 id 為 {0} 的人員",
  ],
  ". Deleted, and removed from DingTalk: {0}. Their source brings them back by creating them again": [
    "。已删除并已从钉钉移除：{0}。由数据源重新创建即可恢复",
    "。已刪除並已從釘釘移除：{0}。由資料來源重新建立即可恢復",
  ],
  "one person in {0} records:": ["{0} 条记录为同一人：", "{0} 項紀錄為同一人："],
  " (counts)": ["（采用）", "（採用）"],
  "{0} deleted its record ({1}).": ["{0} 删除了自己的记录（{1}）。", "{0} 刪除了自己的紀錄（{1}）。"],
  "time not known": ["时间未知", "時間不詳"],
  "scheduled: hire on {0} ({1}), at {2}, by {3}": [
    "计划：{0}（{1}）入职，时间 {2}，数据源 {3}",
    "計劃：{0}（{1}）入職，時間 {2}，資料來源 {3}",
  ],
  "scheduled: leave on {0} ({1}), at {2}, by {3}": [
    "计划：{0}（{1}）离职，时间 {2}，数据源 {3}",
    "計劃：{0}（{1}）離職，時間 {2}，資料來源 {3}",
  ],
  "scheduled: change on {0} ({1}), at {2}, by {3}": [
    "计划：{0}（{1}）更改，时间 {2}，数据源 {3}",
    "計劃：{0}（{1}）更改，時間 {2}，資料來源 {3}",
  ],
  "{0} of {1} linked.": ["{1} 条中关联了 {0} 条。", "{1} 項中關聯了 {0} 項。"],
  "{0} and {1} ({2}): {3}": ["{0} 与 {1}（{2}）：{3}", "{0} 與 {1}（{2}）：{3}"],
  "{0} ({1}), in DingTalk {2}": ["{0}（{1}），钉钉 ID：{2}", "{0}（{1}），釘釘 ID：{2}"],
  "after a retry:": ["重试之后：", "重試之後："],
  "nothing to do: the person should not be in DingTalk, and is not": [
    "无需操作：不应在钉钉，也不在",
    "毋須操作：不應在釘釘，也不在",
  ],
  "nothing to do": ["无需操作", "毋須操作"],
  "note on {0}: {1}": ["{0} 的备注：{1}", "{0} 的備註：{1}"],
  "left alone": ["不处理", "不處理"],
  "    rule {0}": ["    规则 {0}", "    規則 {0}"],
  "    read {0} = {1}": ["    读取 {0} = {1}", "    讀取 {0} = {1}"],
  "    note {0}": ["    备注 {0}", "    備註 {0}"],
  "note {0}": ["备注 {0}", "備註 {0}"],
  "not sent": ["不发送", "不傳送"],
  "DingTalk gets {0}": ["发送给钉钉的值为 {0}", "傳送給釘釘的值為 {0}"],
  "The stored data about {0} is in {1}.": [
    "关于 {0} 的保存内容已写入 {1}。",
    "關於 {0} 的保存內容已寫入 {1}。",
  ],
  "{0} is erased. If DingTalk still has the person, the running server removes them there.": [
    "{0} 的数据已删除。若钉钉中仍有此人，运行中的服务器会将其移除。",
    "{0} 的資料已刪除。如釘釘仍有此人，運行中的伺服器會將其移除。",
  ],
  "The copy of the erasure in {0} could not be written ({1}). A running server with ROLE=worker or all writes it within a minute.":
    [
      "{0} 中的删除记录副本无法写入（{1}）。运行中的 ROLE=worker 或 all 的服务器会在一分钟内写入。",
      "未能寫入 {0} 內的刪除紀錄副本（{1}）。運行中的 ROLE=worker 或 all 的伺服器會於一分鐘內寫入。",
    ],
  "is under a legal hold now.": ["现已受法律保留。", "現已受法律保留。"],
  "was under a legal hold before. Nothing was changed.": [
    "此前已受法律保留。未作更改。",
    "之前已受法律保留。沒有更改。",
  ],
  "{0} {1}. Nothing was changed.": ["{0} {1}。未作更改。", "{0} {1}。沒有更改。"],
  "is under a legal hold (subject release ends it)": [
    "受法律保留（用 subject release 解除）",
    "受法律保留（用 subject release 解除）",
  ],
  "is active in the directory: the SCIM client has to switch the person off or delete them first": [
    "在目录中仍为在职：请先在 SCIM 客户端停用或删除",
    "於目錄中仍然在職：請先在 SCIM 用戶端停用或刪除",
  ],
  "was erased before": ["的数据此前已删除", "的資料之前已刪除"],
  "nobody is known as {0}. Nothing was changed.": ["查无 {0}。未作更改。", "查無 {0}。沒有更改。"],
  "A link for the role {0}, good once until {1}:": [
    "角色 {0} 的链接，{1} 前可用一次：",
    "角色 {0} 的連結，{1} 前可用一次：",
  ],
  "Assertions of {0} for {1} are trusted, for {2} of source {3}.": [
    "已信任 {0} 对 {1} 的断言，范围 {2}，数据源 {3}。",
    "已信任 {0} 對 {1} 的斷言，範圍 {2}，資料來源 {3}。",
  ],
  "Token endpoint {0}, SCIM URL {1}, client identifier:": [
    "令牌端点 {0}，SCIM 地址 {1}，客户端标识：",
    "權杖端點 {0}，SCIM 地址 {1}，用戶端識別碼：",
  ],
  "Trust {0} is removed.": ["信任关系 {0} 已移除。", "信任關係 {0} 已移除。"],
  "Source {0} is made. Next: dingtalk-scim token create --name {1} --source {2}": [
    "数据源 {0} 已创建。下一步：dingtalk-scim token create --name {1} --source {2}",
    "資料來源 {0} 已建立。下一步：dingtalk-scim token create --name {1} --source {2}",
  ],
  "Token {0} of source {1} for {2}, until {3}. It is not shown again:": [
    "数据源 {1} 的令牌 {0}，范围 {2}，有效期至 {3}。不再显示：",
    "資料來源 {1} 的權杖 {0}，範圍 {2}，有效期至 {3}。不再顯示：",
  ],
  "Token {0} is revoked.": ["令牌 {0} 已吊销。", "權杖 {0} 已撤銷。"],
  "Stopped by {0} since {1}: {2}\n  → dingtalk-scim resume": [
    "由 {0} 自 {1} 起暂停：{2}\n  → dingtalk-scim resume",
    "由 {0} 自 {1} 起暫停：{2}\n  → dingtalk-scim resume",
  ],
  "  Leavers go on; everything else waits.": [
    "  离职人员照常处理；其余更改都在等待。",
    "  離職人員照常處理；其餘更改都在等候。",
  ],
  "  Everything waits, leavers too.": [
    "  一切更改都在等待，离职人员也不例外。",
    "  所有更改都在等候，離職人員也不例外。",
  ],
  "Mapping {0} or policy {1} is held since {2}: it would change more than the limits allow\n  → dingtalk-scim holds show {3}":
    [
      "映射 {0} 或策略 {1} 自 {2} 起被拦下：带来的更改超过上限\n  → dingtalk-scim holds show {3}",
      "屬性對應 {0} 或政策 {1} 自 {2} 起被攔下：帶來的更改超過上限\n  → dingtalk-scim holds show {3}",
    ],
  "Nothing is sent until {0}, or until this is fixed: {1}": [
    "{0} 之前或问题解决之前不发送：{1}",
    "{0} 之前或問題解決之前不傳送：{1}",
  ],
  "The cause of the pause is gone; the loop continues.": [
    "暂停的原因已消除，继续运行。",
    "暫停的原因已消除，繼續運行。",
  ],
  "Settings, mapping and database are good. DingTalk ({0}, mode {1}): {2} problems.": [
    "设置、映射和数据库正常。钉钉（{0}，模式 {1}）：{2} 个问题。",
    "設定、對應檔案及資料庫正常。釘釘（{0}，模式 {1}）：{2} 個問題。",
  ],
  "No channel is set: see ALERT_… in .env.example.": [
    "未设置渠道：参见 .env.example 中的 ALERT_…。",
    "未設定渠道：請參閱 .env.example 中的 ALERT_…。",
  ],
  "The channel {0} is not set: see ALERT_… in .env.example.": [
    "未设置渠道 {0}：参见 .env.example 中的 ALERT_…。",
    "未設定渠道 {0}：請參閱 .env.example 中的 ALERT_…。",
  ],
  "{0}: sent, id {1}": ["{0}：已发送，ID {1}", "{0}：已傳送，ID {1}"],
  "{0}: not taken ({1}), id {2}": ["{0}：未被接收（{1}），ID {2}", "{0}：未獲接收（{1}），ID {2}"],
  "The simulated DingTalk is at {0}, its control addresses below {1}/_sim/": [
    "模拟钉钉位于 {0}，控制地址在 {1}/_sim/ 之下",
    "模擬釘釘位於 {0}，控制地址在 {1}/_sim/ 之下",
  ],
  "The database is up to date.": ["数据库已是最新。", "資料庫已是最新。"],
  "{0} migrations are to be applied; `migrate` does it.": [
    "有 {0} 个迁移待执行；请运行 `migrate`。",
    "有 {0} 個遷移待執行；請執行 `migrate`。",
  ],
  "The report is in {0}.": ["报告已保存到 {0}。", "報告已儲存至 {0}。"],
  "{0} {1} read": ["已读取 {0} 个{1}", "已讀取 {0} 個{1}"],
  "departments of DingTalk": ["钉钉部门", "釘釘部門"],
  "people of DingTalk": ["钉钉人员", "釘釘人員"],
  "people of the directory": ["目录人员", "目錄人員"],
  "{0} of {1} ({2} %)": ["{1} 人中 {0} 人（{2} %）", "{1} 人中 {0} 人（{2} %）"],
  "matchable  {0}: active people with a link or exactly one strong match": [
    "可匹配    {0}：已关联或恰有一个强匹配的在职人员",
    "可配對    {0}：已關聯或恰有一個強配對的在職人員",
  ],
  "complete   {0}: active people with everything that DingTalk and the mapping need": [
    "资料齐全  {0}：具备钉钉和映射所需全部内容的在职人员",
    "資料齊全  {0}：具備釘釘及對應檔案所需全部內容的在職人員",
  ],
  "people who leave keep their access to DingTalk for {0} hours (grace without a department to move them into)\n  → docs/policy.md#leavers":
    [
      "离职人员的钉钉访问权限会保留 {0} 小时（宽限期，且未设置移入部门）\n  → docs/policy.md#leavers",
      "離職人員的釘釘存取權限會保留 {0} 小時（寬限期，且未設定移入部門）\n  → docs/policy.md#leavers",
    ],
  "Source {0} ({1}): last heard of {2}, {3} changed in 24 hours.": [
    "数据源 {0}（{1}）：最近一次 {2}，24 小时内更改 {3} 人。",
    "資料來源 {0}（{1}）：最近一次 {2}，24 小時內更改 {3} 人。",
  ],
  "Source {0} ({1}): never heard of, {2} changed in 24 hours.": [
    "数据源 {0}（{1}）：从未推送，24 小时内更改 {2} 人。",
    "資料來源 {0}（{1}）：從未推送，24 小時內更改 {2} 人。",
  ],
  "There is nothing to check.": ["没有需要处理的事项。", "沒有需要處理的事項。"],
  "{0} things to look at.": ["有 {0} 项需要处理。", "有 {0} 項需要處理。"],
  "dingtalk-scim: another process is reading Workday at the moment; try again when it is done": [
    "dingtalk-scim：另一个进程正在读取 Workday，请稍后再试",
    "dingtalk-scim：另一個程序正在讀取 Workday，請稍後再試",
  ],
  "The report of everybody was read.": ["已读取全员报表。", "已讀取全員報表。"],
  "What was entered since {0} was read.": ["已读取 {0} 以来录入的内容。", "已讀取 {0} 以來輸入的內容。"],
  "dingtalk-scim: the column {0} is not read": ["dingtalk-scim：未读取列 {0}", "dingtalk-scim：未讀取欄 {0}"],
  "dingtalk-scim: the column {0} is not read; did you mean {1}?": [
    "dingtalk-scim：未读取列 {0}；是否指 {1}？",
    "dingtalk-scim：未讀取欄 {0}；是否指 {1}？",
  ],
  "Nothing was changed: the file has {0} active people, and the source has {1}.": [
    "未作更改：文件有 {0} 名在职人员，数据源有 {1} 名。",
    "沒有更改：檔案有 {0} 名在職人員，資料來源有 {1} 名。",
  ],
  "If the others have left: --count {0}. If the file is not complete: --partial.": [
    "若其他人已离职：--count {0}。若文件不含全部人员：--partial。",
    "如其他人已離職：--count {0}。如檔案不含全部人員：--partial。",
  ],
  "Nothing was changed: {0} of the rows are wrong.": [
    "未作更改：有 {0} 行错误。",
    "沒有更改：有 {0} 行錯誤。",
  ],
  "Nothing was written: this was a dry run.": ["未写入：这是试运行。", "沒有寫入：這是預演。"],
  "{0} rows could not be taken over; nobody was deactivated for being absent:": [
    "有 {0} 行无法导入；因此没有停用不在文件中的人员：",
    "有 {0} 行無法匯入；因此沒有停用不在檔案中的人員：",
  ],
  "  - row {0}: {1}": ["  - 第 {0} 行：{1}", "  - 第 {0} 行：{1}"],
  "  … and {0} more (--json lists all)": [
    "  … 另有 {0} 项（--json 列出全部）",
    "  … 另有 {0} 項（--json 列出全部）",
  ],
  "The key {0} is in force. {1} keys of people were put under it.": [
    "现用密钥为 {0}。已将 {1} 个个人密钥改由其保护。",
    "現用密鑰為 {0}。已將 {1} 個個人密鑰改由其保護。",
  ],
  "In the file beside it: {0}.": ["文件中另有：{0}。", "檔案中另有：{0}。"],
};
