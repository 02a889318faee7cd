/**
 * Whether keys may be fetched from this address. It must be on one of the operator's origins, so that callers
 * cannot make this server request other addresses (docs/threats.md T24). The settings allow only origins with
 * HTTPS, or plain HTTP on this machine.
 */
export function isKeyAddress(address: string, origins: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password, hash } = new URL(address);
  return origins.includes(origin) && username === "" && password === "" && hash === "";
}
