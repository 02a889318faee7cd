/**
 * Whether the keys of an issuer may be asked for at this address: on one of the origins the operator has named, so that nobody makes this server call
 * another (docs/threats.md T24). The configuration sees to it that the origins are HTTPS, or plain HTTP on this machine.
 */
export function isKeyAddress(address: string, origins: readonly string[]): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, username, password, hash } = new URL(address);
  return origins.includes(origin) && username === "" && password === "" && hash === "";
}
