import type { Translations } from "./translations.ts";

/** What is wrong with an argument or an option, and names and ids that nothing has. */
export const MISTAKES: Translations = {
  "there is no source named {0}; `source list` shows all, `source create` makes one": [
    "没有名为 {0} 的数据源；`source list` 列出全部，`source create` 可创建",
    "沒有名為 {0} 的資料來源；`source list` 列出全部，`source create` 可建立",
  ],
  "{0} may be {1}: say which by userName or id": [
    "{0} 可能是 {1}：请用 userName 或 id 指明",
    "{0} 可能是 {1}：請以 userName 或 id 指明",
  ],
  " or others": ["，或其他人员", "，或其他人員"],
  "{0} ({1}, removed {2})": ["{0}（{1}，{2} 移除）", "{0}（{1}，{2} 移除）"],
  "there is no consumer {0}; `feed status` shows all": [
    "没有接收方 {0}；`feed status` 列出全部",
    "沒有接收方 {0}；`feed status` 列出全部",
  ],
  "nothing in DingTalk is linked to the {0} {1}": [
    "钉钉中没有与 {0} {1} 关联的对象",
    "釘釘中沒有與 {0} {1} 關聯的對象",
  ],
  "no proposal has the id {0}": ["没有 id 为 {0} 的建议", "沒有 id 為 {0} 的建議"],
  "nobody has the userName or id {0}": [
    "没有 userName 或 id 为 {0} 的人员",
    "沒有 userName 或 id 為 {0} 的人員",
  ],
  "there is no trust with the client id {0}; `trust list` shows all": [
    "没有客户端 ID 为 {0} 的信任关系；`trust list` 列出全部",
    "沒有用戶端 ID 為 {0} 的信任關係；`trust list` 列出全部",
  ],
  "there is no token with the id {0}; `token list` shows all": [
    "没有 ID 为 {0} 的令牌；`token list` 列出全部",
    "沒有 ID 為 {0} 的權杖；`token list` 列出全部",
  ],
  "there is no such reason; items tell them as reasonCode": [
    "没有该原因；见条目中的 reasonCode",
    "沒有該原因；請參閱項目中的 reasonCode",
  ],
  "there is no such reason; did you mean {0}?": ["没有该原因；是否指 {0}？", "沒有該原因；是否指 {0}？"],
  "must be user or department": ["必须为 user 或 department", "必須為 user 或 department"],
  "must be an id such as ce5f061f-abe6-4e40-9615-301f87bcb7f0": [
    "必须为 ID，例如 ce5f061f-abe6-4e40-9615-301f87bcb7f0",
    "必須為 ID，例如 ce5f061f-abe6-4e40-9615-301f87bcb7f0",
  ],
  "must be one text without blanks": ["必须为不含空格的文本", "必須為不含空格的文字"],
  "must not be empty": ["不能为空", "不能留空"],
  "must say why": ["请写明原因", "請寫明原因"],
  "must be a whole number from {0} to {1}": ["必须为 {0} 至 {1} 的整数", "必須為 {0} 至 {1} 的整數"],
  "must be a time such as 2026-07-01T00:00:00Z, or a date": [
    "必须为时间（例如 2026-07-01T00:00:00Z）或日期",
    "必須為時間（例如 2026-07-01T00:00:00Z）或日期",
  ],
  "{0} is none of {1}": ["{0} 不在可选范围内：{1}", "{0} 不在可選範圍內：{1}"],
  "{0} cannot be written ({1})": ["无法写入 {0}（{1}）", "無法寫入 {0}（{1}）"],
  "there is no log yet: the worker begins it": [
    "尚无日志：由后台进程开始记录",
    "尚未有日誌：由背景程序開始記錄",
  ],
  "{0}: there is no checkpoint in it": ["{0}：其中没有检查点", "{0}：當中沒有檢查點"],
  "the demo's people need a library that is not installed; add it beside this package: npm i @faker-js/faker@10":
    [
      "演示的人员需要一个未安装的库；请在此包旁安装：npm i @faker-js/faker@10",
      "示範的人員需要一個未安裝的程式庫；請在此套件旁安裝：npm i @faker-js/faker@10",
    ],
};
