/** Names of hosts within a machine or a private network (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

/**
 * Tells whether a redirect is followed unless the caller says otherwise: within http and https, from https never to http, and to
 * no address of a private network: a server that loads models by its users' URLs would hand them its neighbors' files.
 */
export function allowsRedirect(from: URL, to: URL): boolean {
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) return false;
  return to.hostname === from.hostname || !isPrivate(to.hostname);
}

/** Loopback, link-local, private and unspecified addresses (RFC 1918, 3927, 4193, 6598, 6890), and names without a dot. */
function isPrivate(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (host.startsWith('[')) return isPrivateIpv6(host.slice(1, -1));
  const parts = host.split('.').map(Number);
  if (parts.length === 4 && parts.every((part) => Number.isInteger(part) && part <= 255)) return isPrivateIpv4(parts);
  return !host.includes('.') || LOCAL_NAME.test(host);
}

function isPrivateIpv4([a, b]: number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100) return b >= 64 && b < 128;
  return (a === 169 && b === 254) || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
}

/** The URL parser has written it in its shortest form. */
function isPrivateIpv6(host: string): boolean {
  return /^(?:::|f[cd]|fe[89ab]|ff)/.test(host); // :: has unspecified, loopback and IPv4 within IPv6
}
