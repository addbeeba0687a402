import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileHeadersOf } from '../ingest-api/src/public-files'
import { renderLauncher } from '../ingest-api/src/frame/render-launcher'
import { prepareRoom, renderFrame, renderRefusal } from '../ingest-api/src/frame/render-frame'
import type { WireBatch, WireEvent } from '../schema/wire/event'
import type { FrameAssets, FrameScript } from '../schema/wire/frame'
import type { JsonObject } from '../schema/wire/json'
import type { Manifest } from '../schema/wire/manifest'

const script = (name: string): FrameScript => JSON.parse(readFileSync(`dist/frame/${name}.json`, 'utf8'))

/** What a test puts behind an id. */
export type Widget = { bundle: string; manifest: Manifest; configuration?: JsonObject }

/** The built frame on one origin and host pages on another, with everything posted to `/v1/events` kept. */
export type EmbedServer = {
  oriel: string
  host: string
  widgets: Map<string, Widget>
  pages: Map<string, { html: string; headers?: Record<string, string> }>
  batches: WireBatch[]
  events: () => WireEvent[]
  /** Answers posts with this status instead of 202. */
  outage: number | undefined
  /** Ends every connection without an answer. */
  isDown: boolean
  /** Holds the rest of documents back this long, from the middle of the inner room on. */
  stallMs: number
  /** Changes documents on their way, after their hashes were made. */
  tamper: ((html: string) => string) | undefined
  close: () => Promise<void>
}

const listen = (server: Server) =>
  new Promise<string>((resolve) => {
    server.listen(0, () => resolve(`http://localhost:${(server.address() as AddressInfo).port}`))
  })

export async function startEmbedServer(): Promise<EmbedServer> {
  const assets: FrameAssets = { outer: script('outer'), inner: script('inner'), refused: script('refused') }
  const widgets: EmbedServer['widgets'] = new Map()
  const pages: EmbedServer['pages'] = new Map()
  const batches: WireBatch[] = []

  const hostServer = createServer((request, response) => {
    const page = pages.get(new URL(request.url ?? '', 'http://host').pathname)
    response.writeHead(page ? 200 : 204, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers })
    response.end(page?.html)
  })
  const orielServer = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', oriel)
    const file = fileHeadersOf(pathname, { environment: 'development' })
    if (embed.isDown) request.destroy()
    else if (file) {
      response.writeHead(200, { ...file, 'Content-Type': 'text/javascript; charset=utf-8' })
      response.end(readFileSync(`dist/public${pathname}`, 'utf8'))
    } else if (pathname.endsWith('/launcher.js')) {
      const answer = renderLauncher(widgets.get(pathname.split('/')[2]!)?.manifest ?? 'unknown')
      response.writeHead(200, answer.headers).end(answer.script)
    } else if (pathname.startsWith('/w/')) {
      const id = pathname.slice(3)
      const widget = widgets.get(id)
      const answer = widget
        ? renderFrame(
            assets,
            await prepareRoom(assets, widget),
            { id, title: widget.manifest.title, configuration: widget.configuration ?? {}, origins: [host] },
            { token: `token-of-${id}`, baseUrl: oriel, now: Date.now() },
          )
        : renderRefusal(assets, 'unknown')
      const html = embed.tamper?.(answer.html) ?? answer.html
      const middle = html.indexOf('srcdoc=') + 1000
      response.writeHead(answer.status, answer.headers).write(html.slice(0, middle))
      await new Promise((resume) => setTimeout(resume, embed.stallMs))
      response.end(html.slice(middle))
    } else if (request.method !== 'POST') response.writeHead(404).end()
    else {
      let body = ''
      for await (const chunk of request) body += chunk
      const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' }
      if (embed.outage) return void response.writeHead(embed.outage, cors).end()
      const batch: WireBatch = JSON.parse(body)
      batches.push(batch)
      response.writeHead(202, { ...cors, 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ accepted: batch.events.length, duplicates: 0, rejected: [] }))
    }
  })
  const host = await listen(hostServer)
  const oriel = await listen(orielServer)
  const embed: EmbedServer = {
    oriel,
    host,
    widgets,
    pages,
    batches,
    events: () => batches.flatMap(({ events }) => events),
    outage: undefined,
    isDown: false,
    stallMs: 0,
    tamper: undefined,
    async close() {
      for (const server of [hostServer, orielServer]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
  return embed
}
