import { SIMPLIFIED_REASONS } from "../../words/reasons/zh-hans.ts";
import { type Catalogue, partsOf } from "./words.ts";

const number = (count: number): string => count.toLocaleString("zh-CN");

export const SIMPLIFIED: Catalogue = {
  language: "zh-Hans-CN",
  comma: "、",
  brackets: ["（", "）"],
  labels: {
    since: "开始时间",
    lasted: "持续时长",
    goesOnFor: "已持续",
    code: "代码",
    names: "涉及人员（部分）",
    remedy: "处理办法",
    link: "打开管理页面",
  },
  occasions: { opened: "", reminder: "仍未解决：", closed: "已恢复：", test: "", checkpoint: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    return [days > 0 && `${days} 天`, hours > 0 && `${hours} 小时`, minutes > 0 && `${minutes} 分钟`]
      .filter((part) => part !== false)
      .join(" ");
  },
  counted({ user = 0, group = 0, department = 0, role = 0 }) {
    const parts = [
      user > 0 && `${number(user)} 名人员`,
      department > 0 && `${number(department)} 个部门`,
      group > 0 && `${number(group)} 个群组`,
      role > 0 && `${number(role)} 个角色`,
    ];
    return parts.filter((part) => part !== false).join("、");
  },
  causes: {
    parked: {
      headline: (_incident, { reason, counted }) => `${counted}无法同步：${reason}`,
      remedy: "请在 docs/operations.md 中查看该原因，更正后重试。",
    },
    hold: {
      headline: ({ count }, { limit }) => `${number(count)} 项更改被拦下：${limit}`,
      remedy:
        "请查看被拦下的更改（dingtalk-scim holds show）。如属误操作，请在数据源中更正；如确属预期，请批准。",
    },
    target: {
      headline: (_incident, { reason }) => `已停止向钉钉发送：${reason}`,
      remedy: "请运行 dingtalk-scim doctor，它会指出缺少什么。",
    },
    process: {
      headline: (_incident, { reason }) => `一个进程已停止向钉钉发送：${reason}`,
      remedy: "请在该机器上运行 dingtalk-scim doctor。",
    },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "某个客户端" : `数据源 ${detail.source} `}被拒绝：连续 ${number(count)} 次请求使用了无效凭证`,
      remedy:
        "请在日志中查找 `a credential was refused`，其中写明未通过的检查，然后在数据源中填入有效的令牌。",
    },
    lost: {
      headline: ({ count }) => `${number(count)} 个对象没有安排下一次处理`,
      remedy: "它们会在一分钟内恢复处理。这是程序缺陷，请反馈给我们。",
    },
    signal: { headline: (_incident, { reason }) => reason, remedy: "请查明是谁、因何操作。" },
    paused: {
      headline: () => "已有十分钟没有向钉钉发送任何内容",
      remedy: "状态中的 targetPause 写明原因。请检查能否连接钉钉，并运行 dingtalk-scim doctor。",
    },
    overdue: {
      headline: ({ count }) => `${number(count)} 个对象等待处理，最早的已超过 15 分钟`,
      remedy: "请检查能否连接钉钉，以及是否有人暂停了全部写入。更改量很大时需要较长时间。",
    },
    latency: {
      headline: ({ detail }) =>
        `更改到达钉钉需要 ${detail.seconds} 秒（95% 的更改更快），目标为 ${detail.targetSeconds} 秒`,
      remedy: "请检查频率限制（DINGTALK_QPS）、数据库负载和钉钉的响应时间。",
    },
    silence: {
      headline: ({ detail }) => `数据源 ${detail.source} 没有请求的时间已达平时的三倍`,
      remedy: "请在数据源中查看预配状态：可能已停止或处于隔离状态。",
    },
    comparison: {
      headline: () => "已有 26 小时未与钉钉做全量比对",
      remedy: "请运行 dingtalk-scim sync。如果无法完成，请在日志中查找原因。",
    },
    listening: {
      headline: () => "已有十分钟收不到钉钉的事件",
      remedy:
        "在钉钉所做的更改要等到比对时才会发现。请查看日志中的原因；应用的“事件与回调”须为 Stream 模式。如不需接收：DINGTALK_STREAM=off。",
    },
    hints: {
      headline: ({ count, detail }) =>
        `在钉钉所做的更改只有 ${detail.percent}% 收到事件；另有 ${count} 项由比对发现，比对现改为每小时一次`,
      remedy: "请在应用的事件订阅中检查是否已订阅通讯录事件。全部恢复一天后即告结束。",
    },
    sealing: {
      headline: () => "历史记录已有五分钟未封存",
      remedy: "请在后台进程的日志中查找原因，常见原因是缺少 HISTORY_KEY_FILE。在此之前，之后的事件无法证明。",
    },
    altered: {
      headline: () => "历史记录与签名时不一致",
      remedy:
        "请运行 dingtalk-scim history verify，它会指出第一条有误的记录。在查明由谁或因何改动之前，请保持数据库原样。",
    },
    schedule: {
      headline: ({ count }) => `${number(count)} 项按日期生效的更改已延迟超过十分钟`,
      remedy:
        "请检查 ROLE=worker 或 ROLE=all 的进程是否在运行，并查看其日志。已过最后工作日的人员可能仍在钉钉中。",
    },
    dates: {
      headline: ({ count }) => `${number(count)} 人的日期无法按映射规则读取`,
      remedy:
        "请查看日志：其中有这些人员的 id 和失败代码。成功之前仍按原来的日期计算，已过最后工作日的人员可能仍在钉钉中。",
    },
    import: {
      headline: ({ detail }) => `数据源 ${detail.source} 的文件或报表被整体拒绝，未导入任何内容`,
      remedy: "请运行 dingtalk-scim workday check 或 people import --dry-run 查看原因。",
    },
    worker: {
      headline: () => "没有进程在执行更改",
      remedy: "请启动 ROLE=worker 或 ROLE=all 的进程，或查明它为何退出。",
    },
    checkpoint: {
      headline: ({ count }) => `历史记录的检查点，共 ${number(count)} 条`,
      remedy:
        "请将此消息保存在数据库所有者无法更改的地方。将消息存为文件后运行 dingtalk-scim history verify --checkpoint FILE，即可证明现有历史记录是其延续。",
    },
    test: { headline: () => "测试消息：此渠道工作正常", remedy: "" },
  },
  reasons: SIMPLIFIED_REASONS,
};
