/** The one target of this installation: the key of its links, states and events. */
export const TARGET = "dingtalk";
