import { createSimulator } from "../../../src/simulator/server.ts";
import type { SimulatorOptions } from "../../../src/simulator/site.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body, if it is JSON; else `{}`. */
  readonly json: Record<string, unknown>;
}

/** A simulator on a free port, with an HTTP client for it. */
export interface OpenSimulator {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Makes a call with the token in the place for its generation of the API. */
  call(path: string, body: unknown): Promise<Answer>;
  /** Makes a call of the old API. Resolves with `result`, or rejects if the call fails. */
  result<T>(path: string, body: unknown): Promise<T>;
  state(): Promise<State>;
  stop(): Promise<void>;
}

export interface State {
  readonly organisation: { readonly corpId: string };
  readonly departments: readonly Record<string, unknown>[];
  readonly users: readonly Record<string, unknown>[];
  readonly roles: readonly Record<string, unknown>[];
}

export async function openSimulator(options: SimulatorOptions = {}): Promise<OpenSimulator> {
  const simulator = createSimulator({ port: 0, ...options });
  const { url, port } = await simulator.start();
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return { status: response.status, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    request(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const granted = await request("/gettoken?appkey=sandbox&appsecret=sandbox");
  const token = String(granted.json.access_token);
  const call = (path: string, body: unknown): Promise<Answer> =>
    path.startsWith("/v1.0/")
      ? post(path, body, { "x-acs-dingtalk-access-token": token })
      : post(`${path}?access_token=${token}`, body);
  return {
    url,
    port,
    token,
    fetch: request,
    post,
    call,
    async result<T>(path: string, body: unknown): Promise<T> {
      const { json, text } = await call(path, body);
      if (json.errcode !== 0) throw new Error(`${path} answered ${text}`);
      return json.result as T;
    },
    state: async () => (await request("/_sim/state")).json as unknown as State,
    stop: () => simulator.stop(),
  };
}

export const person = (userid: string, number: number): Record<string, unknown> => ({
  userid,
  name: userid,
  mobile: `+852-${60_000_000 + number}`,
  dept_id_list: "1",
});
