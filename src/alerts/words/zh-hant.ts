import { TRADITIONAL_REASONS } from "../../words/reasons/zh-hant.ts";
import { type Catalogue, partsOf } from "./words.ts";

const number = (count: number): string => count.toLocaleString("zh-HK");

export const TRADITIONAL: Catalogue = {
  language: "zh-Hant-HK",
  comma: "、",
  brackets: ["（", "）"],
  labels: {
    since: "開始時間",
    lasted: "歷時",
    goesOnFor: "已持續",
    code: "代碼",
    names: "涉及人員（部分）",
    remedy: "處理方法",
    link: "開啟管理頁面",
  },
  occasions: { opened: "", reminder: "尚未解決：", closed: "已恢復正常：", test: "", checkpoint: "" },
  duration(ms) {
    const { days, hours, minutes } = partsOf(ms);
    return [days > 0 && `${days} 日`, hours > 0 && `${hours} 小時`, minutes > 0 && `${minutes} 分鐘`]
      .filter((part) => part !== false)
      .join(" ");
  },
  counted({ user = 0, group = 0, department = 0, role = 0 }) {
    const parts = [
      user > 0 && `${number(user)} 名人員`,
      department > 0 && `${number(department)} 個部門`,
      group > 0 && `${number(group)} 個群組`,
      role > 0 && `${number(role)} 個角色`,
    ];
    return parts.filter((part) => part !== false).join("、");
  },
  causes: {
    parked: {
      headline: (_incident, { reason, counted }) => `${counted}未能同步：${reason}`,
      remedy: "請在 docs/operations.md 查看該原因，更正後重試。",
    },
    hold: {
      headline: ({ count }, { limit }) => `${number(count)} 項更改被攔下：${limit}`,
      remedy:
        "請查看被攔下的更改（dingtalk-scim holds show）。如屬出錯，請在資料來源更正；如屬預期，請予批准。",
    },
    target: {
      headline: (_incident, { reason }) => `已停止向釘釘傳送：${reason}`,
      remedy: "請執行 dingtalk-scim doctor，它會列出欠缺之處。",
    },
    process: {
      headline: (_incident, { reason }) => `一個程序已停止向釘釘傳送：${reason}`,
      remedy: "請在該部機器執行 dingtalk-scim doctor。",
    },
    source: {
      headline: ({ count, detail }) =>
        `${detail.source === undefined ? "某個用戶端" : `資料來源 ${detail.source} `}遭拒：連續 ${number(count)} 次請求使用無效的憑證`,
      remedy: "請在日誌尋找 `a credential was refused`，當中列明不通過的檢查，然後在資料來源填入有效的權杖。",
    },
    lost: {
      headline: ({ count }) => `${number(count)} 個物件沒有安排下次處理`,
      remedy: "它們會在一分鐘內恢復處理。這是程式錯誤，請向我們回報。",
    },
    signal: { headline: (_incident, { reason }) => reason, remedy: "請查明是誰人及因何操作。" },
    paused: {
      headline: () => "已有十分鐘沒有向釘釘傳送任何內容",
      remedy: "狀態中的 targetPause 列明原因。請檢查能否連接釘釘，並執行 dingtalk-scim doctor。",
    },
    overdue: {
      headline: ({ count }) => `${number(count)} 個物件等候處理，最早的已超過 15 分鐘`,
      remedy: "請檢查能否連接釘釘，以及是否有人暫停了所有寫入。更改數量龐大時需時較長。",
    },
    latency: {
      headline: ({ detail }) =>
        `更改需時 ${detail.seconds} 秒才到達釘釘（95% 的更改較快），目標為 ${detail.targetSeconds} 秒`,
      remedy: "請檢查頻率限制（DINGTALK_QPS）、資料庫負載及釘釘的回應時間。",
    },
    silence: {
      headline: ({ detail }) => `資料來源 ${detail.source} 沒有請求的時間已達平時的三倍`,
      remedy: "請在資料來源查看佈建狀態：可能已停止或遭隔離。",
    },
    comparison: {
      headline: () => "已有 26 小時未與釘釘全面比對",
      remedy: "請執行 dingtalk-scim sync。如未能完成，請在日誌尋找原因。",
    },
    listening: {
      headline: () => "已有十分鐘收不到釘釘的事件",
      remedy:
        "在釘釘所作的更改要到比對時才會發現。請查看日誌中的原因；應用的「事件與回調」須為 Stream 模式。如不需接收：DINGTALK_STREAM=off。",
    },
    hints: {
      headline: ({ count, detail }) =>
        `在釘釘所作的更改只有 ${detail.percent}% 收到事件；另有 ${count} 項由比對發現，比對現改為每小時一次`,
      remedy: "請在應用的事件訂閱中檢查是否已訂閱通訊錄事件。全部恢復一日後即告結束。",
    },
    sealing: {
      headline: () => "歷史紀錄已有五分鐘未封存",
      remedy: "請在背景程序的日誌尋找原因，通常是欠缺 HISTORY_KEY_FILE。在此之前，往後的事件無法證明。",
    },
    altered: {
      headline: () => "歷史紀錄與簽署時不符",
      remedy:
        "請執行 dingtalk-scim history verify，它會指出第一條有誤的紀錄。在查明由誰或因何改動之前，請保持資料庫原狀。",
    },
    schedule: {
      headline: ({ count }) => `${number(count)} 項按日期生效的更改已延遲超過十分鐘`,
      remedy:
        "請檢查 ROLE=worker 或 ROLE=all 的程序是否在運行，並查看其日誌。已過最後工作日的人員可能仍在釘釘中。",
    },
    dates: {
      headline: ({ count }) => `${number(count)} 人的日期無法按對應規則讀取`,
      remedy:
        "請查看日誌：當中有這些人員的 id 和失敗代碼。成功之前仍按原來的日期計算，已過最後工作日的人員可能仍在釘釘中。",
    },
    import: {
      headline: ({ detail }) => `資料來源 ${detail.source} 的檔案或報表整份遭拒，未匯入任何內容`,
      remedy: "請執行 dingtalk-scim workday check 或 people import --dry-run 查看原因。",
    },
    worker: {
      headline: () => "沒有程序執行更改",
      remedy: "請啟動 ROLE=worker 或 ROLE=all 的程序，或查明它為何結束。",
    },
    checkpoint: {
      headline: ({ count }) => `歷史紀錄的檢查點，共 ${number(count)} 條`,
      remedy:
        "請將此訊息保存在資料庫擁有者無法更改的地方。將訊息存成檔案後執行 dingtalk-scim history verify --checkpoint FILE，即可證明現有歷史紀錄是其延續。",
    },
    test: { headline: () => "測試訊息：此渠道運作正常", remedy: "" },
  },
  reasons: TRADITIONAL_REASONS,
};
