import type { JsonValue } from "../core/entity.ts";
import { nearest } from "../core/text/did-you-mean.ts";
import { fold } from "../core/text/fold.ts";
import type { Row } from "./row.ts";

/**
 * The fields of columns. Each line has the names of one field in English, Workday's terms, simplified and
 * traditional Chinese.
 */
const NAMES = {
  externalId: ["external id", "id", "wid", "worker wid"],
  userName: [
    "user name",
    "login",
    "account",
    "login name",
    "账号",
    "帐号",
    "用户名",
    "登录名",
    "帳號",
    "用戶名稱",
    "登入名稱",
  ],
  employeeNumber: [
    "employee number",
    "employee id",
    "employee no",
    "staff id",
    "staff no",
    "worker id",
    "job number",
    "工号",
    "员工编号",
    "工號",
    "員工編號",
    "職員編號",
  ],
  displayName: [
    "display name",
    "name",
    "full name",
    "preferred name",
    "worker",
    "姓名",
    "员工姓名",
    "員工姓名",
  ],
  givenName: ["given name", "first name", "名"],
  familyName: ["family name", "last name", "surname", "姓"],
  title: ["title", "job title", "business title", "position", "职位", "职务", "岗位", "職位", "職銜"],
  email: [
    "email",
    "e mail",
    "mail",
    "work email",
    "email address",
    "邮箱",
    "电子邮箱",
    "公司邮箱",
    "电子邮件",
    "電郵",
    "電郵地址",
    "電子郵件",
  ],
  mobile: [
    "mobile",
    "mobile phone",
    "mobile number",
    "cell phone",
    "手机",
    "手机号",
    "手机号码",
    "手機",
    "手機號碼",
    "流動電話",
    "手提電話",
  ],
  telephone: [
    "telephone",
    "phone",
    "work phone",
    "office phone",
    "座机",
    "办公电话",
    "电话",
    "電話",
    "辦公室電話",
  ],
  manager: [
    "manager",
    "manager id",
    "manager employee id",
    "reports to",
    "supervisor",
    "直属主管",
    "上级",
    "主管",
    "直屬主管",
    "上級",
  ],
  departments: ["department", "departments", "department path", "部门", "所属部门", "部門", "所屬部門"],
  active: ["active", "status", "employment status", "在职", "状态", "在职状态", "在職", "狀態", "在職狀態"],
  costCenter: ["cost center", "cost centre", "成本中心"],
  location: ["location", "work location", "工作地点", "办公地点", "工作地點", "辦公地點"],
  hireDate: ["hire date", "start date", "入职日期", "入職日期"],
  terminationDate: ["termination date", "end date", "离职日期", "離職日期"],
  lastDayOfWork: ["last day of work", "last day worked", "最后工作日", "最後工作日"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Field = keyof typeof NAMES;

/** The value of a field in a record. Undefined: the value is not usable. */
export type FieldReader = (values: Row["values"]) => JsonValue | undefined;

/** The readers of the fields that a file has. */
export type FieldReaders = ReadonlyMap<Field, FieldReader>;

export const FIELDS = Object.keys(NAMES) as readonly Field[];

/** The form for comparing names of columns, without letter case, blanks, `_`, `-` and dots. */
const keyOf = (name: string): string => fold(name).replace(/[\s_.-]+/g, "");

const FIELD_OF: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => [field, ...NAMES[field]].map((name) => [keyOf(name), field] as const)),
);

export interface Columns {
  /** The column that each field is read from, as the file writes its name. */
  readonly of: ReadonlyMap<Field, string>;
  /** Ignored columns, with suggestions. */
  readonly unknown: readonly { readonly column: string; readonly meant?: string }[];
  /** Two columns for one field. Neither has priority. */
  readonly twice: readonly { readonly field: Field; readonly columns: readonly [string, string] }[];
}

/** The fields of a file's columns, by their names. */
export function columnsOf(names: readonly string[]): Columns {
  const of = new Map<Field, string>();
  const unknown: { column: string; meant?: string }[] = [];
  const twice: { field: Field; columns: [string, string] }[] = [];
  for (const column of names) {
    const field = FIELD_OF.get(keyOf(column));
    if (field === undefined) {
      const meant = nearest(keyOf(column), [...FIELD_OF.keys()], ({ length }) => Math.ceil(length / 4));
      unknown.push({ column, ...(meant === undefined ? {} : { meant: FIELD_OF.get(meant)! }) });
      continue;
    }
    const first = of.get(field);
    if (first === undefined) of.set(field, column);
    else twice.push({ field, columns: [first, column] });
  }
  return { of, unknown, twice };
}

/** Reads each field from its column. A record may leave a column out, and then has no value in it. */
export const columnReaders = ({ of }: Columns): FieldReaders =>
  new Map(
    [...of].map(([field, column]): [Field, FieldReader] => [field, (values) => values[column] ?? null]),
  );
