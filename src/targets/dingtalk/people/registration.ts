import type { JsonObject } from "../../../core/entity.ts";
import { TargetError } from "../../../reconcile/target-failures.ts";
import { phoneToWire } from "../attributes/phone.ts";
import { API, type Api } from "../client/apis.ts";
import type { DingTalkClient, Session } from "../client/client.ts";
import { withCall } from "../client/session.ts";

/**
 * The place of registration of the organisation decides how DingTalk reads and shows mainland numbers:
 * without a country code in the mainland, with `+86-` elsewhere (docs/dingtalk.md 5.1).
 */
export interface Registration {
  /** By the settings. */
  readonly configured: boolean;
  /** By DingTalk's answers, and by the settings until an answer has shown it. */
  readonly isMainland: boolean;
  learn(isMainland: boolean): void;
}

export function createRegistration(registeredIn: string): Registration {
  const configured = registeredIn === "CN";
  let isMainland = configured;
  return {
    configured,
    get isMainland() {
      return isMainland;
    },
    learn(seen) {
      isMainland = seen;
    },
  };
}

const WRITES: ReadonlySet<Api> = new Set([API.userCreate, API.userUpdate]);
const BAD_NUMBER = "60103";

/**
 * A client for calls with the parameter `mobile`. Callers give the number in canonical form, and the client
 * sends it in the form of the organisation. If DingTalk refuses a mainland number in one form, the client
 * tries the other form once. A wrong setting then keeps nobody out of DingTalk.
 */
export function writingMobiles(client: DingTalkClient, registration: Registration): DingTalkClient {
  return { open: (context) => writing(client.open(context), registration), close: client.close };
}

function writing(session: Session, registration: Registration): Session {
  return withCall(session, async (api, parameters) => {
    const mobile = parameters?.mobile;
    if (typeof mobile !== "string") return session.call(api, parameters);
    const form = registration.isMainland;
    const send = (isMainland: boolean): Promise<JsonObject> =>
      session.call(api, { ...parameters, mobile: phoneToWire(mobile, isMainland) });
    try {
      return await send(form);
    } catch (refusal) {
      if (!WRITES.has(api) || !isBadNumber(refusal) || !mobile.startsWith("+86-")) throw refusal;
      return await otherwise(registration, !form, send, refusal);
    }
  });
}

/** Any other answer shows that the second form is right. */
async function otherwise(
  registration: Registration,
  form: boolean,
  send: (isMainland: boolean) => Promise<JsonObject>,
  refusal: unknown,
): Promise<JsonObject> {
  try {
    const answer = await send(form);
    registration.learn(form);
    return answer;
  } catch (error) {
    if (isBadNumber(error)) throw refusal;
    if (error instanceof TargetError && /^\d+$/.test(error.answer) && error.retry.kind === "never")
      registration.learn(form);
    throw error;
  }
}

const isBadNumber = (error: unknown): boolean => error instanceof TargetError && error.answer === BAD_NUMBER;

/** With fewer people than this, a page does not show the place of registration. */
const ENOUGH_PEOPLE = 5;

/**
 * What one page of people shows about the place of registration; undefined if it shows nothing. Numbers of
 * the organisation's own country may come without a code, and most people have such a number.
 */
export function registrationSeenIn(records: readonly JsonObject[]): boolean | undefined {
  const numbers = records.filter(({ mobile }) => typeof mobile === "string" && mobile !== "");
  if (numbers.some(({ mobile, state_code: code }) => !code && /^1\d{10}$/.test(String(mobile)))) return true;
  if (numbers.length < ENOUGH_PEOPLE) return undefined;
  const ofMainland = numbers.filter(
    ({ state_code: code }) => String(code).replace(/^\+/, "") === "86",
  ).length;
  return ofMainland === numbers.length ? true : ofMainland === 0 ? false : undefined;
}
