import type { Organisation } from "../organisation/model.ts";
import type { Act, Done } from "../organisation/organisation.ts";
import type { Change, Chat } from "../organisation/records.ts";
import { requireUser } from "../organisation/scope.ts";
import { type Fields, text } from "../wire/fields.ts";
import { invalidParameter, refuse, refuseNew } from "../wire/refusal.ts";

/*
 * Chats that the app creates (docs/dingtalk.md 8.2). Not documented, and decided here: one unknown person
 * refuses the whole call, and the answers of updates.
 */

const MOST_MEMBERS = 1_000;

/** `POST /chat/create`: closed to new apps. */
export function createOldChat(): Done {
  throw refuse(43007);
}

/** `POST /v1.0/im/group/create`. */
export function createGroup(organisation: Organisation, fields: Fields, act: Act): Done {
  const name = chatName(fields, "name");
  const chat = newChat(organisation, act, {
    name,
    owner: required(fields, "owner"),
    members: userIds(fields, "useridlist"),
  });
  return {
    answer: { openConversationId: chat.openConversationId, chatid: chat.chatid, conversationTag: 2 },
    changes: [put(chat)],
  };
}

/**
 * `POST /v1.0/im/group/update`: finds the chat by either of its ids. Fields that are not in the call stay.
 */
export function updateGroup(organisation: Organisation, fields: Fields, act: Act): Done {
  const chat = requireChat(organisation, text(fields, "openConversationId") ?? text(fields, "chatid"));
  const name = text(fields, "name") === undefined ? chat.name : chatName(fields, "name");
  const owner = text(fields, "owner") || chat.owner;
  const changed = withMembers(chat, userIds(fields, "add_useridlist"), userIds(fields, "del_useridlist"));
  return { answer: {}, changes: [put(requirePeople(organisation, act, { ...changed, name, owner }))] };
}

/**
 * `POST /v1.0/im/sceneGroup/create`: creates a chat from a template, with fields in snake_case. A second call
 * with the same `uuid` returns the first chat.
 */
export function createSceneGroup(organisation: Organisation, fields: Fields, act: Act): Done {
  const uuid = text(fields, "uuid");
  const made = uuid ? [...organisation.chats.values()].find((chat) => chat.uuid === uuid) : undefined;
  if (made) return { answer: sceneAnswer(made) };
  const template_id = required(fields, "template_id");
  const name = chatName(fields, "title");
  const owner = required(fields, "owner_user_id");
  const chat = newChat(organisation, act, {
    name,
    owner,
    members: userIds(fields, "user_ids"),
    template_id,
    ...(uuid ? { uuid } : {}),
  });
  return { answer: sceneAnswer(chat), changes: [put(chat)] };
}

const sceneAnswer = ({ openConversationId, chatid }: Chat): Record<string, unknown> => ({
  open_conversation_id: openConversationId,
  chat_id: chatid,
});

/** `POST /v1.0/im/sceneGroup/member/add`. */
export const addSceneMembers = (organisation: Organisation, fields: Fields, act: Act): Done =>
  changeSceneMembers(organisation, fields, act, (chat, people) => withMembers(chat, people, []));

/** `POST /v1.0/im/sceneGroup/member/delete`. */
export const deleteSceneMembers = (organisation: Organisation, fields: Fields, act: Act): Done =>
  changeSceneMembers(organisation, fields, act, (chat, people) => withMembers(chat, [], people));

function changeSceneMembers(
  organisation: Organisation,
  fields: Fields,
  act: Act,
  change: (chat: Chat, people: readonly string[]) => Chat,
): Done {
  const chat = requireChat(organisation, text(fields, "open_conversation_id"));
  if (chat.template_id === undefined) throw invalidParameter("open_conversation_id");
  const people = userIds(fields, "user_ids");
  if (people.length === 0) throw invalidParameter("user_ids");
  return { answer: {}, changes: [put(requirePeople(organisation, act, change(chat, people)))] };
}

/**
 * A person who leaves the organisation leaves its chats. If they owned a chat, its earliest remaining member
 * becomes the owner.
 */
export function leaveChats(organisation: Organisation, userid: string): Change[] {
  const changes: Change[] = [];
  for (const chat of organisation.chats.values()) {
    if (!chat.members.includes(userid)) continue;
    const members = chat.members.filter((member) => member !== userid);
    changes.push(put({ ...chat, members, owner: chat.owner === userid ? (members[0] ?? "") : chat.owner }));
  }
  return changes;
}

const put = (chat: Chat): Change => ({ type: "chat.put", chat });

function newChat(
  organisation: Organisation,
  act: Act,
  draft: Omit<Chat, "openConversationId" | "chatid">,
): Chat {
  const chatid = act.ids.chat();
  const openConversationId = `cid${Buffer.from(`${organisation.corpId} ${chatid}`).toString("base64")}`;
  return requirePeople(organisation, act, { ...draft, openConversationId, chatid });
}

/**
 * Checks the members: at most 1,000, all members of the organisation, and the owner is one of them and inside
 * the contact scope.
 */
function requirePeople(organisation: Organisation, act: Act, chat: Chat): Chat {
  if (chat.members.length > MOST_MEMBERS) throw invalidParameter("useridlist");
  if (!chat.members.includes(chat.owner)) throw invalidParameter("owner");
  for (const userid of chat.members) {
    const user = organisation.users.get(userid);
    if (!user) throw refuseNew(400, "user.not.exist", `用户不存在: ${userid}`);
    if (userid === chat.owner) requireUser(organisation, act, user);
  }
  return chat;
}

function requireChat(organisation: Organisation, id: string | undefined): Chat {
  const chat =
    organisation.chats.get(id ?? "") ?? organisation.chats.get(organisation.chatIds.get(id ?? "") ?? "");
  if (!chat) throw invalidParameter("openConversationId");
  return chat;
}

const withMembers = (chat: Chat, add: readonly string[], remove: readonly string[]): Chat => ({
  ...chat,
  members: [...new Set([...chat.members, ...add])].filter((userid) => !remove.includes(userid)),
});

function chatName(fields: Fields, field: string): string {
  const name = required(fields, field);
  if ([...name].length > 20) throw invalidParameter(field);
  return name;
}

function required(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!value) throw invalidParameter(name);
  return value;
}

function userIds(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((id): id is string => typeof id === "string"))
    throw invalidParameter(name);
  return [...new Set(value)];
}
