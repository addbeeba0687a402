import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import { BlockList, isIP, isIPv4, type TcpNetConnectOpts } from 'node:net'
import { invalidFields, type OrielError } from '../../../schema/wire/error'
import { MAX_BUNDLE_BYTES } from '../../../schema/wire/manifest'

/** Fetches the bundle that a builder hosts at an address. */
export type FetchBundle = (address: string) => Promise<Uint8Array>

/** Which addresses a connection may go to, whose certificates count besides the usual ones, and how long it may take. */
export type FetchLimits = { allow?: (ip: string) => boolean; ca?: string; limitMs?: number }

const MAX_ADDRESS_LENGTH = 2048

/*
 * A server that fetches what strangers name must not reach for them what only it can reach. So nothing but https to the
 * public internet, nobody's credentials, no redirect, and the name is resolved once: what is checked is what is
 * connected to, and no second answer of a name server comes between. Whatever is not an answer is told in one sentence,
 * so that nobody learns which ports are open.
 */

/**
 * Opens the way out for bundles.
 * @throws OrielError VALIDATION_ERROR for `bundleUrl`, from the function that it gives
 */
export function openBundleFetch({ allow = isPublic, ca, limitMs = 10_000 }: FetchLimits = {}): FetchBundle {
  const resolve = async (host: string) => {
    const found = await lookup(host, { all: true })
    if (!found.every(({ address }) => allow(address))) throw new Error(`${host} is not public.`)
    return found
  }
  const options: RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily'> = {
    headers: { 'User-Agent': 'Oriel', 'Accept-Encoding': 'identity' },
    // A connection of its own: one that is kept open was checked by nobody here.
    agent: false,
    // Asks `lookup` for all addresses of a name.
    autoSelectFamily: true,
    lookup: (host, _, answer) =>
      void resolve(host).then(
        (found) => answer(null, found),
        (error: Error) => answer(error, []),
      ),
    ...(ca && { ca }),
  }
  return async (address) => {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (url?.protocol !== 'https:' || url.username || url.password || url.href.length > MAX_ADDRESS_LENGTH)
      throw refusal(
        `Must be an address that starts with https://, without a user name, of at most ${MAX_ADDRESS_LENGTH} characters.`,
      )
    // What is an address already is never looked up. URL writes each in one way: 127.1 is 127.0.0.1 here.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) && !allow(host)) return refuseUnreachable()
    const signal = AbortSignal.timeout(limitMs)
    const response = await ask(url, { ...options, signal }).catch(refuseUnreachable)
    const { statusCode = 0 } = response
    if (statusCode === 200) return read(response)
    response.destroy()
    throw refusal(
      statusCode >= 300 && statusCode < 400
        ? `Redirects with status ${statusCode}, which is not followed; name the address of the bundle itself.`
        : `Answers with status ${statusCode} instead of 200.`,
    )
  }
}

/** Closing without an answer is told apart: after a 101, for one, Node hangs up without an error. */
const ask = (url: URL, options: RequestOptions) =>
  new Promise<IncomingMessage>((resolve, reject) =>
    request(url, options, resolve).on('error', reject).on('close', reject).end(),
  )

/** Leaving the loop closes the connection, so what is too much is not read. */
async function read(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_BUNDLE_BYTES) break
      chunks.push(chunk)
    }
  } catch {
    return refuseUnreachable()
  }
  if (size > MAX_BUNDLE_BYTES) throw refusal(`Has more than the ${MAX_BUNDLE_BYTES} bytes that are allowed.`)
  return Buffer.concat(chunks)
}

const refusal = (message: string): OrielError => invalidFields([{ path: 'bundleUrl', message }])

function refuseUnreachable(): never {
  throw refusal('Cannot be fetched: nothing public answers there in time.')
}

/** All of IPv6 that is given out for the public internet; mapped, translated and local addresses are elsewhere. */
const GLOBAL_IPV6 = new BlockList()
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6')

/** What is kept for other ends in it and in IPv4, by the IANA special-purpose registries (RFC 6890), with multicast. */
const NOT_PUBLIC = new BlockList()
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Teredo and other protocols, documentation, 6to4, documentation.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]) {
  const [address, bits] = network.split('/') as [string, string]
  NOT_PUBLIC.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** Whether an IP address is one of the public internet. */
export const isPublic = (ip: string): boolean =>
  isIPv4(ip) ? !NOT_PUBLIC.check(ip) : GLOBAL_IPV6.check(ip, 'ipv6') && !NOT_PUBLIC.check(ip, 'ipv6')
