import type { NoteToPerson, WriteContext } from "../../../reconcile/target.ts";
import { TargetRejected } from "../../../reconcile/target-failures.ts";
import { API } from "../client/apis.ts";
import type { DingTalkClient } from "../client/client.ts";
import { operate } from "../client/operation.ts";

/**
 * Sends work notices (docs/dingtalk.md 11.2). Beyond its daily limits DingTalk drops a notice without an
 * error. The result is not checked. Rejects with TargetRejected when the text is too long.
 */
export function createNotices(client: DingTalkClient, agentId: number) {
  return (remoteId: string, { title, text }: NoteToPerson, context: WriteContext) =>
    operate(client, context, async (session) => {
      const msg = { msgtype: "markdown", markdown: { title, text: `### ${title}\n\n${text}` } };
      if (Buffer.byteLength(JSON.stringify(msg)) > MOST_BYTES)
        throw new TargetRejected("the work notice is too long", {
          answer: "notice-too-long",
          reasonCode: "parameterInvalid",
        });
      await session.call(API.workNotice, { agent_id: agentId, userid_list: remoteId, msg });
      return { calls: session.calls };
    });
}

const MOST_BYTES = 2_048;
