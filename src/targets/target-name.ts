/** The only target of this installation. Links, states and events have this key. */
export const TARGET = "dingtalk";
