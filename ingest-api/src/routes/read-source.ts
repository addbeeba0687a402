import type { HttpBindings } from '@hono/node-server'
import type { Config } from '../config'
import type { Source } from '../ingest/visitor'
import type { AppContext } from './context'

/** Where a request came from: on Node the connection says so, on Workers Cloudflare's header does. */
export function readSource(c: AppContext): Source {
  const bindings = c.env as Partial<HttpBindings> | undefined
  const connection = bindings?.incoming
    ? bindings.incoming.socket.remoteAddress
    : c.req.header('cf-connecting-ip')
  return {
    ip: sourceAddress(c.var.handles.config, connection, c.req.header('x-forwarded-for')),
    userAgent: (c.req.header('user-agent') ?? '').slice(0, 512),
    country: readCountry(c.req.header('cf-ipcountry')),
  }
}

/** Two letters as in ISO 3166-1, told by the edge; XX and T1 mean that it does not know. */
export const readCountry = (header: string | string[] | undefined): string =>
  typeof header === 'string' && /^[A-Z]{2}$/.test(header) && header !== 'XX' ? header : ''

/**
 * The address behind a connection: its own, or behind a proxy that is trusted the last one that the proxy wrote down.
 * Without such a proxy `X-Forwarded-For` can be written by anybody and is not read.
 */
export const sourceAddress = (
  { trustProxy }: Pick<Config, 'trustProxy'>,
  connection: string | undefined,
  forwardedFor: string | undefined,
): string => (trustProxy && forwardedFor?.split(',').at(-1)?.trim()) || (connection ?? '')
