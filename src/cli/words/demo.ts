import type { Translations } from "./translations.ts";

/** Texts of the demo's report, and the names of its parts. */
export const DEMO: Translations = {
  "initial cycle": ["首次同步", "首次同步"],
  "change cycle": ["变动", "變動"],
  "leaver cycle": ["离职", "離職"],
  "repeated cycle": ["重复", "重複"],
  "by hand": ["手工录入", "人手輸入"],
  assess: ["评估", "評估"],
  adopt: ["认领", "認領"],
  correct: ["更正", "更正"],
  plan: ["计划", "計劃"],
  mistake: ["误操作", "誤操作"],
  "taken back": ["撤回", "撤回"],
  "An earlier demo played this company, so it stays unchanged. Another --seed plays another company.": [
    "这家公司此前已演示过，故不再更改。换一个 --seed 可演示另一家公司。",
    "這間公司之前已示範過，故不再更改。換一個 --seed 可示範另一間公司。",
  ],
  "Differences from before the demo, not counted (--json lists them): {0}.": [
    "演示前已存在、不计入的差异（--json 列出）：{0} 处。",
    "示範前已存在、不計算的差異（--json 列出）：{0} 處。",
  ],
  "Fewest calls: one for each person and each department that changed in DingTalk during the cycle.": [
    "最少：每轮中在钉钉有变化的每个人员和部门各调用一次。",
    "最少：每輪中在釘釘有變化的每名人員及每個部門各調用一次。",
  ],
  "0 differences: DingTalk matches the directory field by field, and the history contains every call.": [
    "0 处差异：钉钉与目录逐项一致，每次调用均有记录。",
    "0 處差異：釘釘與目錄逐項一致，每次調用均有紀錄。",
  ],
  "{0}: the limit {1} allowed {2} changes and held {3}. The demo approved them through the API, as an operator does.":
    [
      "{0}：上限 {1} 放行 {2} 个，拦下 {3} 个；演示通过 API 批准，如同运维人员所为。",
      "{0}：上限 {1} 放行 {2} 個，攔下 {3} 個；示範經 API 批准，如同操作人員所為。",
    ],
  "{0} problems:": ["{0} 个问题：", "{0} 個問題："],
  "… and {0} more (--json lists all)": [
    "……另有 {0} 个（--json 列出全部）",
    "……另有 {0} 個（--json 列出全部）",
  ],
  differences: ["差异", "差異"],
  "{0} of {1} active": ["{1} 人中 {0} 人在职", "{1} 人中 {0} 人在職"],
  departments: ["部门", "部門"],
  cycle: ["轮次", "輪次"],
  "SCIM writes": ["SCIM 写入", "SCIM 寫入"],
  seconds: ["秒", "秒"],
  "DingTalk calls": ["钉钉调用", "釘釘調用"],
  fewest: ["最少", "最少"],
  "change → DingTalk equal": ["更改 → 钉钉一致", "更改 → 釘釘一致"],
  "SCIM requests": ["SCIM 请求", "SCIM 請求"],
  "acknowledged writes lost": ["已应答却丢失的写入", "已回應卻遺失的寫入"],
  "changed by the repetition": ["因重复而更改", "因重複而更改"],
  "{0} sent, {1} arrived, {2} in the history": [
    "发送 {0}，到达 {1}，历史记录中 {2}",
    "傳送 {0}，到達 {1}，歷史紀錄中 {2}",
  ],
  "{0} sent, the sandbox was restarted, {1} in the history": [
    "发送 {0}，沙盒曾重启，历史记录中 {1}",
    "傳送 {0}，沙盒曾重新啟動，歷史紀錄中 {1}",
  ],
  "not accounted for": ["无法对应", "無法對應"],
  "history events": ["历史事件", "歷史事件"],
  "requests repeated": ["重发的请求", "重發的請求"],
  "{0} without an answer, {1} told to wait": [
    "{0} 个无应答，{1} 个被要求等待",
    "{0} 個無回應，{1} 個被要求等待",
  ],
  step: ["步骤", "步驟"],
  result: ["结果", "結果"],
  writes: ["写入", "寫入"],
  reads: ["读取", "讀取"],
  "Company {0}: {1} people who were in DingTalk before the directory was connected.": [
    "公司 {0}：接入目录之前，钉钉中已有 {1} 人。",
    "公司 {0}：接入目錄之前，釘釘中已有 {1} 人。",
  ],
  "The mistake removed nobody.": ["没有人因误操作被移除。", "沒有人因誤操作被移除。"],
  "Removed by the mistake, and created again after the correction: {0}.": [
    "因误操作被移除、更正后重新创建：{0}。",
    "因誤操作被移除、更正後重新建立：{0}。",
  ],
  "0 problems: no duplicate people, no change of unmanaged objects, and DingTalk matches the directory field by field.":
    [
      "0 个问题：没有重复的人员，未更改不归本服务管理的对象，钉钉与目录逐项一致。",
      "0 個問題：沒有重複的人員，沒有更改不由本服務管理的對象，釘釘與目錄逐項一致。",
    ],
  ", ": ["，", "，"],
};

/** Results of the steps of the rollout, by their form. */
export const DEMO_TOLD: Translations = {
  "{0} accounts in {1} departments": ["{1} 个部门中 {0} 个账号", "{1} 個部門中 {0} 個帳戶"],
  "{0} without job number": ["{0} 人无工号", "{0} 人無工號"],
  "{0} with another mobile number": ["{0} 人手机号不同", "{0} 人手機號碼不同"],
  "{0} with another name": ["{0} 人姓名不同", "{0} 人姓名不同"],
  "{0} entered twice": ["{0} 人重复录入", "{0} 人重複輸入"],
  "{0} with a landline number in the directory": ["{0} 人在目录中为固定电话", "{0} 人在目錄中為固網電話"],
  "{0} with only the email address correct": ["{0} 人仅邮箱正确", "{0} 人只有電郵正確"],
  "{0} people and {1} groups by SCIM; the mode is observe": [
    "通过 SCIM 推送 {0} 人和 {1} 个群组；模式为 observe",
    "經 SCIM 推送 {0} 人及 {1} 個群組；模式為 observe",
  ],
  "the source corrects {0} mobile numbers": ["数据源更正 {0} 个手机号", "資料來源更正 {0} 個手機號碼"],
  "create {0}, update {1}, remove {2}, held {3}; {4} calls": [
    "新建 {0}，更新 {1}，移除 {2}，拦下 {3}；调用 {4} 次",
    "新建 {0}，更新 {1}，移除 {2}，攔下 {3}；調用 {4} 次",
  ],
  "{0} people and departments changed, {1} were planned": [
    "已更改 {0} 个人员和部门，计划 {1} 个",
    "已更改 {0} 個人員及部門，計劃 {1} 個",
  ],
  "the comparison found {0} differences: the run that links an account does not change its identifying attributes":
    [
      "比对发现 {0} 处差异（关联账号的那一次不更改用于识别身份的字段）",
      "比對發現 {0} 處差異（關聯帳戶的那一次不更改用以識別身分的欄位）",
    ],
  "the limit {0} held {1}; approved": ["上限 {0} 拦下 {1} 个；已批准", "上限 {0} 攔下 {1} 個；已批准"],
  "matchable {0}, complete {1}": ["可匹配 {0}，资料齐全 {1}", "可配對 {0}，資料齊全 {1}"],
  "ambiguous {0}, only in DingTalk {1}, findings {2}": [
    "有多个候选 {0}，仅在钉钉 {1}，发现 {2} 项",
    "有多個候選 {0}，只在釘釘 {1}，發現 {2} 項",
  ],
  "tier {0}: {1} accepted": ["级别 {0}：确认 {1} 条", "級別 {0}：確認 {1} 項"],
  "one by one: {0} accepted, {1} rejected": [
    "逐条决定：确认 {0} 条，否认 {1} 条",
    "逐項決定：確認 {0} 項，否定 {1} 項",
  ],
  "{0} deactivated: {1} removed from DingTalk": [
    "停用 {0} 人：{1} 人已从钉钉移除",
    "停用 {0} 人：{1} 人已從釘釘移除",
  ],
  "the limit {0} ({1}) holds {2}": ["上限 {0}（{1}）拦下 {2} 个", "上限 {0}（{1}）攔下 {2} 個"],
  "{0} of {1} holds dissolved automatically; removed people were added again": [
    "{1} 个拦截中 {0} 个自动解除；被移除的人员已重新加入",
    "{1} 個攔截中 {0} 個自動解除；被移除的人員已重新加入",
  ],
};
