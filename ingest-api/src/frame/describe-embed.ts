import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import { findLiveImplementation } from '../implementations/find-live-implementation'
import { makeEmbedCode } from './embed-code'

/** An oEmbed 1.0 answer of the type "rich"; its names are the format's. Sizes are CSS pixels, ages seconds. */
export type Embed = {
  version: '1.0'
  type: 'rich'
  provider_name: 'Oriel'
  provider_url: string
  title: string
  html: string
  width: number
  height: number
  cache_age: number
}

/** As wide as a column of text; the frame itself fills whatever it is put into. */
const WIDTH = 640
const CACHE_SECONDS = 300

/**
 * Describes the widget at an address for systems that embed by address: https://oembed.com
 * @throws OrielError RESOURCE_NOT_FOUND when no widget of ours is shown there
 */
export async function describeEmbed(
  handles: Handles,
  {
    url,
    maxwidth = WIDTH,
    maxheight,
  }: { url: string; maxwidth?: number | undefined; maxheight?: number | undefined },
): Promise<Embed> {
  const { baseUrl } = handles.config
  const id =
    new URL(url).origin === new URL(baseUrl).origin &&
    /^\/w\/(im_[\w-]{21})$/.exec(new URL(url).pathname)?.[1]
  const live =
    id &&
    (await handles.caches.implementations.get(id, handles.now(), () => findLiveImplementation(handles, id)))
  if (!live || live.status !== 'active' || !live.manifest)
    throw new OrielError('RESOURCE_NOT_FOUND', 'There is no widget to embed at this address.')
  const { title, height: natural, heights } = live.manifest
  const height = Math.min(natural, maxheight ?? natural)
  return {
    version: '1.0',
    type: 'rich',
    provider_name: 'Oriel',
    provider_url: baseUrl,
    title,
    html: makeEmbedCode(baseUrl, { id: live.id, title, height, ...(!maxheight && { heights }) }),
    width: Math.min(WIDTH, maxwidth),
    height,
    cache_age: CACHE_SECONDS,
  }
}
