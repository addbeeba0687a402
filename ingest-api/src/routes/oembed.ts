import { Hono } from 'hono'
import { oembedQuery } from '../../../schema/checks/oembed'
import { describeEmbed } from '../frame/describe-embed'
import type { AppEnv } from './context'
import { readQuery } from './read-request'

export const oembed = new Hono<AppEnv>()

oembed.get('/', async (c) => {
  const embed = await describeEmbed(c.var.handles, readQuery(c.req, oembedQuery))
  // Anybody may embed; what is embedded guards itself.
  return c.json(embed, 200, {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': `public, max-age=${embed.cache_age}`,
  })
})
