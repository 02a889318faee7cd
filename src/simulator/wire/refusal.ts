import { AppError } from "../../core/errors.ts";

/** A refusal by the business rules, in the form of the old or the new API (docs/dingtalk.md 3). */
export type Refusal =
  | {
      readonly generation: "old";
      readonly errcode: number;
      readonly errmsg: string;
      readonly fields?: Readonly<Record<string, unknown>>;
    }
  | { readonly generation: "new"; readonly status: number; readonly code: string; readonly message: string };

/** A rule throws this error to refuse the call. `perform` converts it into an `Outcome`. */
export class Refused extends AppError {
  readonly code = "SIMULATED_REFUSAL";
  readonly refusal: Refusal;
  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(
      refusal.generation === "old"
        ? `${refusal.errcode} ${refusal.errmsg}`
        : `${refusal.code} ${refusal.message}`,
      options,
    );
    this.refusal = refusal;
  }
}

/**
 * Texts of the old API's codes. They are for people; programs must not match on them (docs/dingtalk.md 3).
 */
const TEXTS: Readonly<Record<number, string>> = {
  [-1]: "系统繁忙",
  22005: "外部联系人已存在",
  23004: "系统角色不允许修改",
  23007: "角色下存在成员",
  33011: "无效的角色id",
  33012: "无效的userid",
  34018: "角色名称不能为空",
  34020: "角色组不存在",
  34021: "角色名称已存在",
  40009: "不合法的部门id",
  40010: "不合法的父部门id",
  40011: "不合法的部门order",
  40019: "该手机号码对应的用户最多可以加入5个非认证企业",
  40020: "当前团队人数已经达到上限,用电脑登录钉钉企业管理后台，升级成为认证企业",
  40021: "更换的号码已注册过钉钉，无法使用该号码",
  40022: "企业中的手机号码和登陆钉钉的手机号码不一致,暂时不支持修改用户信息,可以删除后重新添加",
  40023: "部门人数达到上限",
  40024: "企业人数达到上限",
  40025: "无效的部门列表格式",
  40031: "不存在的UserID列表",
  40033: "不能包含\\uxxxx格式的字符",
  40035: "不合法的参数",
  40063: "分机号长度超出限制",
  40064: "办公地点长度超出限制",
  40065: "备注长度超出限制",
  40066: "部门列表长度超出限制",
  40068: "不合法的偏移量",
  40069: "不合法的分页大小",
  40093: "群主必须是部门成员",
  40100: "分机号已存在",
  40101: "邮箱已存在",
  40103: "因该员工的账号保护设置，需要员工同意后才能加入，已发送邀请",
  40104: "不合法的手机号码",
  41054: "暂时不支持修改手机号码，请删除用户后重试",
  43001: "需要GET请求",
  43007: "需要授权",
  43002: "需要POST请求",
  47001: "解析JSON/XML内容错误",
  50002: "请求的员工userid不在授权范围内",
  50004: "请求的部门id不在授权范围内",
  60001: "部门名称长度不符合限制",
  60002: "部门层级超出限制",
  60003: "部门不存在",
  60004: "父部门不存在",
  60005: "不允许删除有成员的部门",
  60006: "不允许删除有子部门的部门",
  60007: "不允许删除根部门",
  60008: "父部门下该部门名称已存在",
  60009: "部门名称含有非法字符",
  60010: "部门存在循环关系",
  60018: "不允许修改根部门",
  60022: "部门名称包含敏感词",
  60021: "父部门下该部门名称已存在",
  60102: "UserID在公司中已存在",
  60103: "手机号码不合法",
  60104: "手机号码在公司中已存在",
  60105: "邮箱不合法",
  60106: "邮箱已存在",
  60107: "使用该手机登录钉钉的用户已经在企业中",
  60109: "部门可见范围列表不合法",
  600109: "部门可见范围列表不合法",
  60110: "部门个数超出限制",
  60112: "姓名不合法",
  60113: "手机号码和邮箱不能同时为空",
  60121: "找不到该用户",
  60122: "扩展属性不合法",
  60123: "工号不合法",
  60128: "无效的主管id",
  60200: "外部联系人已存在",
  60203: "外部联系人数量超过限制",
  60204: "标签不存在",
  60205: "未开通外部联系人",
  400002: "参数错误",
};

/** Refuses a call of the old API with the usual text of the code, followed by `detail`. */
export const refuse = (errcode: number, detail = "", fields?: Readonly<Record<string, unknown>>): Refused =>
  new Refused({
    generation: "old",
    errcode,
    errmsg: `${TEXTS[errcode] ?? "请求失败"}${detail}`,
    ...(fields ? { fields } : {}),
  });

export const missing = (name: string): Refused =>
  new Refused({ generation: "old", errcode: 40035, errmsg: `缺少参数 ${name}` });

/** Refuses a new-API call. */
export const refuseNew = (status: number, code: string, message: string): Refused =>
  new Refused({ generation: "new", status, code, message });

/** Refuses a call of the new API because a field is missing or invalid. */
export const invalidParameter = (name: string): Refused =>
  refuseNew(400, "invalid.param", `参数错误: ${name}`);
