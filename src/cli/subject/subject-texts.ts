import type { Purpose } from "../../privacy/classification.ts";
import type { Language, Text } from "../assess/assessment-texts.ts";

const text = (en: string, hans: string, hant: string): Text => ({ en, hans, hant });

export const TEXTS = {
  title: text("The stored data about one person", "所保存的某一人员的信息", "所保存的某一人員的資料"),
  made: text("Made on", "生成时间", "製作時間"),
  id: text("Id", "标识", "識別碼"),
  intro: text(
    "This is everything that this service holds about the person under this id, what it sent to DingTalk, and who looked at it. Names and ids of other people are left out.",
    "以下是本服务以该标识保存的全部信息、已发送到钉钉的信息，以及查看记录。其他人员的姓名和标识已略去。",
    "以下是本服務以此識別碼保存的所有資料、已傳送到釘釘的資料，以及查閱紀錄。其他人士的姓名和識別碼已略去。",
  ),
  directory: text("In the directory", "目录中的信息", "目錄內的資料"),
  noDirectory: text(
    "The directory has no such person any more.",
    "目录中已没有该人员。",
    "目錄內已沒有此人員。",
  ),
  source: text("Source", "数据源", "資料來源"),
  active: text("Active", "在职", "在職"),
  yes: text("yes", "是", "是"),
  no: text("no", "否", "否"),
  created: text("Created", "创建时间", "建立時間"),
  modified: text("Last changed", "最近更改", "最近更改"),
  groups: text("Groups", "群组", "群組"),
  attribute: text("Attribute", "属性", "屬性"),
  value: text("Value", "值", "值"),
  purpose: text("Purpose", "用途", "用途"),
  dingtalk: text("In DingTalk, as last seen", "钉钉中的信息（最近一次读取）", "釘釘內的資料（最近一次讀取）"),
  noDingtalk: text("Nothing is known to be in DingTalk.", "没有已知的钉钉信息。", "沒有已知的釘釘資料。"),
  userid: text("User id in DingTalk", "钉钉用户 ID", "釘釘使用者 ID"),
  seen: text("Seen", "读取时间", "讀取時間"),
  removed: text("Kept for 30 days after removal", "移除后保留 30 天的信息", "移除後保留 30 日的資料"),
  planned: text("Planned, and not sent", "已计划、尚未发送", "已計劃、尚未傳送"),
  adoptions: text("Matches with people who were in DingTalk", "与钉钉已有人员的匹配", "與釘釘現有人員的配對"),
  history: text("What happened", "变更记录", "變更紀錄"),
  sent: text("What was sent to DingTalk", "发送到钉钉的内容", "傳送到釘釘的內容"),
  looked: text("Who looked", "查看记录", "查閱紀錄"),
  nobody: text("No reads are recorded.", "没有记录到任何查看。", "沒有任何查閱紀錄。"),
  nothing: text("Nothing.", "无。", "無。"),
  when: text("When", "时间", "時間"),
  what: text("What", "事项", "事項"),
  by: text("By", "执行者", "執行者"),
  where: text("Where", "位置", "位置"),
  outcome: text("Result", "结果", "結果"),
  before: text("Before", "更改前", "更改前"),
  after: text("After", "更改后", "更改後"),
  other: text("[another person]", "[其他人员]", "[其他人士]"),
} as const satisfies Readonly<Record<string, Text>>;

export const PURPOSE_TEXTS: Readonly<Record<Purpose, Text>> = {
  identity: text(
    "identifies the person, and finds their account in DingTalk",
    "区分人员，并找到钉钉中的已有人员",
    "識別人員，並找出釘釘內的現有人員",
  ),
  name: text("shown to colleagues", "向同事显示", "向同事顯示"),
  contact: text("reaching the person", "联系该人员", "聯絡此人員"),
  place: text("place in the organisation", "在组织中的位置", "在組織中的位置"),
  work: text("what the person does", "工作内容", "工作內容"),
  terms: text("terms of employment", "雇佣情况", "僱用情況"),
  account: text("the account and its display", "账号及其显示方式", "帳戶及其顯示方式"),
  client: text(
    "stored for the source, which reads it back",
    "为数据源保存，供其读回",
    "為資料來源保存，供其讀回",
  ),
  technical: text("bookkeeping", "内部记录", "內部紀錄"),
  structure: text("the department tree", "部门架构", "部門架構"),
  unused: text("not stored", "不保存", "不保存"),
};

/** Texts of common events. All other events are shown by their code. */
export const CODE_TEXTS: Readonly<Record<string, Text>> = {
  "user.created": text("created by the source", "由数据源创建", "由資料來源建立"),
  "user.updated": text("changed by the source", "由数据源更改", "由資料來源更改"),
  "user.activated": text("activated by the source", "由数据源启用", "由資料來源啟用"),
  "user.deactivated": text("deactivated by the source", "由数据源停用", "由資料來源停用"),
  "user.deleted": text("deleted", "已删除", "已刪除"),
  "target.intent": text("to be sent to DingTalk", "将发送到钉钉", "將傳送到釘釘"),
  "target.outcome": text("answer of DingTalk", "钉钉的返回结果", "釘釘的回應"),
  "personal.read": text("values were read", "查看了具体值", "查閱了具體內容"),
  "subject.exported": text("this report was made", "生成了本报告", "製作了本報告"),
};

export type { Language, Text };
