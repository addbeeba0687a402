/**
 * An http(s) origin in the spelling that browsers and `frame-ancestors` compare: lower case, punycode, no default port.
 * A first label `*` stands for any subdomain; it needs a domain of at least two labels behind it.
 * Undefined for anything else, also for a path, a query or credentials.
 */
export function normalizeOrigin(value: string): string | undefined {
  const wildcard = /^(https?:\/\/)\*\.(?=[^/]+\.[^/]+)/i.exec(value)
  const plain = wildcard ? wildcard[1] + value.slice(wildcard[0].length) : value
  if (!/^https?:\/\/[^/?#@\\]+\/?$/i.test(plain) || !URL.canParse(plain)) return undefined
  const { protocol, host, hostname } = new URL(plain)
  if (!/^[a-z0-9.-]+$/.test(hostname)) return undefined
  return `${protocol}//${wildcard ? '*.' : ''}${host}`
}
