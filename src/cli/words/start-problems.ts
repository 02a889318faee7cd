import type { Translations } from "./translations.ts";

/*
 * What keeps the server or a command from starting: settings, addresses, the database, and files of keys,
 * checkpoints and witnesses. Other rooms compose these texts, so they are recognised by their form. A more
 * precise form comes before a more general one. Texts of the embedded PostgreSQL and of migrations stay in
 * English.
 */
export const START_PROBLEMS: Translations = {
  "{0} must be a whole number from {1} to {2}": [
    "{0} 必须为 {1} 至 {2} 的整数",
    "{0} 必須為 {1} 至 {2} 的整數",
  ],
  "{0} must be a whole number of hours from {1} (never) to {2}": [
    "{0} 必须为 {1}（不发送）至 {2} 的整数小时",
    "{0} 必須為 {1}（不傳送）至 {2} 的整數小時",
  ],
  "{0} must be one of {1}": ["{0} 必须为以下之一：{1}", "{0} 必須為以下之一：{1}"],
  "{0} must be some of {1}, separated by commas": [
    "{0} 必须为以下各项中的若干项，以逗号分隔：{1}",
    "{0} 必須為以下一項或多項，以逗號分隔：{1}",
  ],
  "{0} must not be blank": ["{0} 不能为空", "{0} 不能留空"],
  "{0} must be an http or https address with scheme, host and port only, such as {1}": [
    "{0} 必须为只含协议、主机和端口的 http 或 https 地址，例如 {1}",
    "{0} 必須為只含通訊協定、主機及連接埠的 http 或 https 地址，例如 {1}",
  ],
  "{0} must be an http or https address without user, query and fragment": [
    "{0} 必须为不含用户、查询和片段的 http 或 https 地址",
    "{0} 必須為不含帳戶、查詢及片段的 http 或 https 地址",
  ],
  "{0} must be an http or https address without user and fragment": [
    "{0} 必须为不含用户和片段的 http 或 https 地址",
    "{0} 必須為不含帳戶及片段的 http 或 https 地址",
  ],
  "{0} must be an https address without user, query and fragment (http for {1} and {2})": [
    "{0} 必须为不含用户、查询和片段的 https 地址（{1} 和 {2} 可用 http）",
    "{0} 必須為不含帳戶、查詢及片段的 https 地址（{1} 及 {2} 可用 http）",
  ],
  "{0} must be an address such as {1}": ["{0} 必须为地址，例如 {1}", "{0} 必須為地址，例如 {1}"],
  "{0} must be an IP address or a host name": ["{0} 必须为 IP 地址或主机名", "{0} 必須為 IP 地址或主機名稱"],
  "{0} must be an e-mail address, such as {1} or {2}": [
    "{0} 必须为邮箱地址，例如 {1} 或 {2}",
    "{0} 必須為電郵地址，例如 {1} 或 {2}",
  ],
  "{0} must be e-mail addresses separated by commas": [
    "{0} 必须为以逗号分隔的邮箱地址",
    "{0} 必須為以逗號分隔的電郵地址",
  ],
  "{0} must be host names separated by commas, such as {1} (for tests also {2})": [
    "{0} 必须为以逗号分隔的主机名，例如 {1}（测试时也可用 {2}）",
    "{0} 必須為以逗號分隔的主機名稱，例如 {1}（測試時亦可用 {2}）",
  ],
  "{0} must be pairs such as {1}, separated by commas; roles are {2}": [
    "{0} 必须为以逗号分隔的对应关系，例如 {1}；角色有 {2}",
    "{0} 必須為以逗號分隔的對應關係，例如 {1}；角色有 {2}",
  ],
  "{0} must be the number of proxies before this server (at most {1}), or addresses, CIDR ranges, loopback, linklocal and uniquelocal separated by commas":
    [
      "{0} 必须为本服务前面的代理数（最多 {1}），或以逗号分隔的地址、CIDR 网段、loopback、linklocal 和 uniquelocal",
      "{0} 必須為本服務前面的代理數目（最多 {1}），或以逗號分隔的地址、CIDR 網段、loopback、linklocal 及 uniquelocal",
    ],
  "{0} must be the id of a department, a positive whole number": [
    "{0} 必须为部门 ID（正整数）",
    "{0} 必須為部門 ID（正整數）",
  ],
  "{0} must be the AgentId of the app, a whole number": [
    "{0} 必须为应用的 AgentId（整数）",
    "{0} 必須為應用的 AgentId（整數）",
  ],
  "{0} must name one tenant, such as {1}, not {2}": [
    "{0} 必须指明一个租户，例如 {1}，不能用 {2}",
    "{0} 必須指明一個租用戶，例如 {1}，不能用 {2}",
  ],
  "{0} must have only printable ASCII characters, without spaces": [
    "{0} 只能含可打印的 ASCII 字符，不含空格",
    "{0} 只可含可列印的 ASCII 字元，不含空格",
  ],
  "{0} must have at least {1} characters": ["{0} 至少须有 {1} 个字符", "{0} 至少須有 {1} 個字元"],
  "{0} must begin with https:// unless {1} is true": [
    "{0} 必须以 https:// 开头，除非 {1} 为 true",
    "{0} 必須以 https:// 開頭，除非 {1} 為 true",
  ],
  "{0} must be set too: {1} are set together, or not at all for the sandbox": [
    "还须设置 {0}：{1} 须一并设置；沙盒则全部不设",
    "亦須設定 {0}：{1} 須一併設定；沙盒則全部不設",
  ],
  "{0} must be set too: {1} are set together": [
    "还须设置 {0}：{1} 须一并设置",
    "亦須設定 {0}：{1} 須一併設定",
  ],
  "{0} must be set too: {1} belongs to it": ["还须设置 {0}：{1} 属于它", "亦須設定 {0}：{1} 屬於它"],
  "{0} must be set too: {1} is a replica of it": [
    "还须设置 {0}：{1} 是它的副本",
    "亦須設定 {0}：{1} 是它的副本",
  ],
  "one of {0} must be set too: {1} needs a channel": [
    "还须设置 {0} 之一：{1} 需要渠道",
    "亦須設定 {0} 其中一項：{1} 需要渠道",
  ],
  "SIMULATOR_PORT must be set: PORT + 1 is beyond 65535": [
    "须设置 SIMULATOR_PORT：PORT + 1 超出 65535",
    "須設定 SIMULATOR_PORT：PORT + 1 超出 65535",
  ],
  "{0} must differ from {1}": ["{0} 不能与 {1} 相同", "{0} 不能與 {1} 相同"],
  "the file {0} of this folder cannot be read; change its permissions or move it away": [
    "无法读取此文件夹中的文件 {0}；请更改其权限或将其移走",
    "無法讀取此資料夾的檔案 {0}；請更改其權限或將其移走",
  ],
  "PORT {0} on {1} is in use by another program; stop it or choose another PORT": [
    "{1} 上的 PORT {0} 被另一程序占用；请停止该程序或另选 PORT",
    "{1} 上的 PORT {0} 被另一程式佔用；請停止該程式或另選 PORT",
  ],
  "PORT {0} may not be opened by this user; choose one above 1023": [
    "当前用户不能打开 PORT {0}；请选用大于 1023 的端口",
    "目前的帳戶不能開啟 PORT {0}；請選用大於 1023 的連接埠",
  ],
  "HOST {0} is not an address of this machine": ["HOST {0} 不是本机的地址", "HOST {0} 不是本機的地址"],
  "cannot listen on HOST {0}, PORT {1} ({2})": [
    "无法在 HOST {0}、PORT {1} 上监听（{2}）",
    "無法在 HOST {0}、PORT {1} 上監聽（{2}）",
  ],
  "{0} is the simulated DingTalk of another sandbox; choose another SIMULATOR_PORT (or PORT: the default is PORT + 1)":
    [
      "{0} 是另一个沙盒的模拟钉钉；请另选 SIMULATOR_PORT（或 PORT：默认为 PORT + 1）",
      "{0} 是另一個沙盒的模擬釘釘；請另選 SIMULATOR_PORT（或 PORT：預設為 PORT + 1）",
    ],
  "the sandbox DingTalk cannot listen on {0}; choose another SIMULATOR_PORT": [
    "沙盒的模拟钉钉无法在 {0} 上监听；请另选 SIMULATOR_PORT",
    "沙盒的模擬釘釘無法在 {0} 上監聽；請另選 SIMULATOR_PORT",
  ],
  "this directory belongs to the DingTalk organisation {0}; DINGTALK_CORP_ID names another one": [
    "此目录属于钉钉组织 {0}；DINGTALK_CORP_ID 是另一个组织",
    "此目錄屬於釘釘組織 {0}；DINGTALK_CORP_ID 是另一個組織",
  ],
  "the embedded database in {0} is in use by process {1}; stop it first, or choose another DATA_DIR": [
    "{0} 中的内置数据库正由进程 {1} 使用；请先停止它，或另选 DATA_DIR",
    "{0} 內的內置資料庫正由程序 {1} 使用；請先停止它，或另選 DATA_DIR",
  ],
  "the database in DATABASE_URL has no installation yet; start the server once, or run `dingtalk-scim migrate`":
    [
      "DATABASE_URL 所指的数据库尚未安装；请启动一次服务器，或运行 `dingtalk-scim migrate`",
      "DATABASE_URL 所指的資料庫尚未安裝；請啟動一次伺服器，或執行 `dingtalk-scim migrate`",
    ],
  "DATA_DIR {0} has no installation; run the command in the folder of the server, or set DATA_DIR or DATABASE_URL to the values of the server":
    [
      "DATA_DIR {0} 中没有安装；请在服务器的文件夹中运行命令，或将 DATA_DIR 或 DATABASE_URL 设为服务器的值",
      "DATA_DIR {0} 內沒有安裝；請在伺服器的資料夾執行指令，或將 DATA_DIR 或 DATABASE_URL 設為伺服器的值",
    ],
  "HISTORY_ANCHORS_FILE {0} cannot be written": [
    "无法写入 HISTORY_ANCHORS_FILE {0}",
    "無法寫入 HISTORY_ANCHORS_FILE {0}",
  ],
  "{0}: must be keys of logs": ["{0}：必须为日志的密钥", "{0}：必須為日誌的密鑰"],
  "{0}: a verifier key must have the form {1}, with an Ed25519 key": [
    "{0}：验证公钥的格式须为 {1}，并使用 Ed25519 密钥",
    "{0}：驗證公鑰的格式須為 {1}，並使用 Ed25519 密鑰",
  ],
  "{0}: the id in the verifier key {1} does not belong to its key": [
    "{0}：验证公钥 {1} 中的 id 与其密钥不符",
    "{0}：驗證公鑰 {1} 內的 id 與其密鑰不符",
  ],
  "{0}: the signature of {1} is not valid": ["{0}：{1} 的签名无效", "{0}：{1} 的簽名無效"],
  "{0}: a signature line is malformed": ["{0}：签名行格式有误", "{0}：簽名行格式有誤"],
  "{0}: a note must have a text, an empty line and signatures": [
    "{0}：须含正文、空行和签名",
    "{0}：須含正文、空行及簽名",
  ],
  "{0}: a checkpoint must begin with three lines: origin, size and root": [
    "{0}：检查点须以三行开头：来历、大小和根哈希",
    "{0}：檢查點須以三行開頭：來歷、大小及根雜湊",
  ],
  "{0}: the last checkpoint is cut off": ["{0}：最后一个检查点不完整", "{0}：最後一個檢查點不完整"],
  "{0}: a proof must have its header, the entry, the index and hashes": [
    "{0}：证明须含标题行、条目、序号和哈希",
    "{0}：證明須含標題行、項目、序號及雜湊",
  ],
  "{0}: line {1}: {2}": ["{0}：第 {1} 行：{2}", "{0}：第 {1} 行：{2}"],
  "{0}: the line quorum is missing": ["{0}：缺少 quorum 行", "{0}：欠缺 quorum 行"],
  "{0} is not there: --name has to say how a new witness is called": [
    "{0} 不存在：请用 --name 给出新见证方的名称",
    "{0} 不存在：請以 --name 給出新見證方的名稱",
  ],
  "{0} is no state of a witness": ["{0} 不是见证方的状态文件", "{0} 不是見證方的狀態檔案"],
  "cannot listen on {0}:{1}": ["无法在 {0}:{1} 上监听", "無法在 {0}:{1} 上監聽"],
  "{0} cannot be read: there is no such file; correct its path": [
    "无法读取 {0}：没有此文件；请更正路径",
    "無法讀取 {0}：沒有此檔案；請更正路徑",
  ],
  "{0} cannot be read: it is a folder; name a file in it": [
    "无法读取 {0}：这是文件夹；请指明其中的文件",
    "無法讀取 {0}：這是資料夾；請指明當中的檔案",
  ],
  "{0} cannot be read: this user may not; change its owner or its permissions": [
    "无法读取 {0}：此用户无权读取；请更改其所有者或权限",
    "無法讀取 {0}：此帳戶無權讀取；請更改其擁有者或權限",
  ],
  "{0} cannot be read ({1})": ["无法读取 {0}（{1}）", "無法讀取 {0}（{1}）"],
  "{0} does not answer": ["{0} 没有响应", "{0} 沒有回應"],
  "{0} answers {1}": ["{0} 的响应为 {1}", "{0} 的回應為 {1}"],
  "{0} cannot be read": ["无法读取 {0}", "無法讀取 {0}"],
};
