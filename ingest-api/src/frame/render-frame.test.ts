import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { FrameAssets, FrameScript } from '../../../schema/wire/frame'
import type { Manifest } from '../../../schema/wire/manifest'
import {
  BUNDLE_LINE,
  inlineScript,
  prepareRoom,
  renderFrame,
  renderRefusal,
  sha256Csp,
  type Placement,
} from './render-frame'

const hashOf = (code: string) => `sha256-${createHash('sha256').update(code).digest('base64')}`
const script = (code: string): FrameScript => ({ code, hash: hashOf(code) })
const assets: FrameAssets = {
  outer: script('outer()'),
  inner: script('inner(1 && "x")'),
  refused: script('refused()'),
}
const visit = { token: 'TOKEN', baseUrl: 'https://oriel.example', now: 1_700_000_000_000 }
const manifest: Manifest = {
  name: 'poll',
  title: 'Poll',
  description: '',
  version: '1.0.0',
  integrity: '',
  size: 1,
  config: {
    type: 'object',
    properties: {
      question: { type: 'string', default: 'Coffee?', 'x-host': true },
      accent: { type: 'string', default: '#000000' },
    },
  },
  presets: [],
  permissions: { network: [], images: [], popups: false },
  events: [],
  height: 320,
}
const placement: Placement = {
  id: 'im_1',
  title: 'Poll',
  configuration: {},
  origins: ['https://shop.example'],
}

const render = async (changes: {
  manifest?: Partial<Manifest>
  bundle?: string
  placement?: Partial<Placement>
}) =>
  renderFrame(
    assets,
    await prepareRoom(assets, {
      manifest: { ...manifest, ...changes.manifest },
      bundle: changes.bundle ?? 'bundle()',
    }),
    { ...placement, ...changes.placement },
    visit,
  )

const outerBlock = (html: string) => JSON.parse(/id="oriel">(.*?)<\/script>/s.exec(html)![1]!)

/** The inner document, as a browser reads it from the attribute. */
const innerDocument = (html: string) =>
  /srcdoc="([^"]*)"/.exec(html)![1]!.replaceAll('&quot;', '"').replaceAll('&amp;', '&')

const directives = (policy: string) =>
  Object.fromEntries(
    policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]),
  )

describe('renderFrame', () => {
  test('gives the outer room the token and the whole configuration', async () => {
    const { html, status } = await render({ placement: { configuration: { question: 'Tea?' } } })
    expect(status).toBe(200)
    expect(outerBlock(html)).toEqual({
      token: 'TOKEN',
      api: 'https://oriel.example',
      implementation: 'im_1',
      origins: ['https://shop.example'],
      configuration: { question: 'Tea?', accent: '#000000' },
      hostKeys: ['question'],
      popups: false,
      title: 'Poll',
      version: '1.0.0',
      now: visit.now,
    })
  })

  test('keeps the token from the inner room', async () => {
    const inner = innerDocument((await render({})).html)
    expect(outerBlock(inner)).toEqual({
      configuration: { question: 'Coffee?', accent: '#000000' },
      title: 'Poll',
      version: '1.0.0',
    })
    expect(inner).not.toContain('TOKEN')
  })

  test('puts the outer script before the inner room', async () => {
    const { html } = await render({})
    expect(html.indexOf('outer()')).toBeLessThan(html.indexOf('<iframe'))
    expect(html).toContain('sandbox="allow-scripts" srcdoc=')
  })

  test('allows exactly its three scripts, by hash', async () => {
    const { headers } = await render({})
    const policy = directives(headers['Content-Security-Policy']!)
    expect(policy['script-src']).toBe(
      `'${hashOf('outer()')}' '${assets.inner.hash}' '${hashOf('\nbundle()')}'`,
    )
    expect(policy).toMatchObject({
      'default-src': "'none'",
      'connect-src': 'https://oriel.example',
      'img-src': 'https://oriel.example data: blob:',
      'frame-src': "'none'",
      'worker-src': "'none'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': 'https://shop.example',
      sandbox: 'allow-scripts',
    })
  })

  test('lets the inner room reach only what the manifest declares', async () => {
    const permissions = { network: ['https://api.example'], images: ['https://img.example'], popups: false }
    const { html, headers } = await render({ manifest: { permissions } })
    const own = directives(/Content-Security-Policy" content="([^"]*)"/.exec(innerDocument(html))![1]!)
    expect(own).toMatchObject({
      'default-src': "'none'",
      'connect-src': 'https://api.example',
      'img-src': 'data: blob: https://img.example',
      'script-src': `'${assets.inner.hash}' '${hashOf('\nbundle()')}'`,
    })
    expect(directives(headers['Content-Security-Policy']!)['connect-src']).toBe(
      'https://oriel.example https://api.example',
    )
    expect(headers['Connection-Allowlist']).toBe(
      '(response-origin "https://api.example" "https://img.example")',
    )
  })

  test('lets nothing but origins into a policy', async () => {
    const network = [
      "https://a.example; script-src 'unsafe-inline'",
      '*',
      'https://b.example/path',
      'https://c.example"',
    ]
    const { headers } = await render({
      manifest: { permissions: { network, images: ["'self'"], popups: false } },
      placement: {
        origins: ['https://ok.example', '*', "https://x.example 'self'", 'https://*.shop.example'],
      },
    })
    const policy = directives(headers['Content-Security-Policy']!)
    expect(policy['connect-src']).toBe('https://oriel.example')
    expect(policy['img-src']).toBe('https://oriel.example data: blob:')
    expect(policy['frame-ancestors']).toBe('https://ok.example https://*.shop.example')
    expect(headers['Connection-Allowlist']).toBe('(response-origin)')
  })

  test('is shown nowhere without origins', async () => {
    const { headers } = await render({ placement: { origins: [] } })
    expect(directives(headers['Content-Security-Policy']!)['frame-ancestors']).toBe("'none'")
  })

  test.for(['</script><script>alert(1)</script>', '<!--<script>', '"><img src=x>', '&quot;', '\u2028'])(
    'keeps %j in its place, in settings, title and bundle',
    async (text) => {
      const { html } = await render({
        placement: { configuration: { question: text }, title: text },
        bundle: `show(${JSON.stringify(text)})`,
      })
      expect(outerBlock(html).configuration.question).toBe(text)
      const inner = innerDocument(html)
      expect(outerBlock(inner).configuration.question).toBe(text)
      expect(html.match(/<\/script/g)).toHaveLength(2 + inner.match(/<\/script/g)!.length)
      expect(inner.match(/<\/script/g)).toHaveLength(3)
      expect(html).not.toContain('<!--')
      expect(html.split('srcdoc=')[0]).not.toContain('<img')
    },
  )

  test('hashes the bundle as the browser will read it', async () => {
    const bundle = 'a = "</script>"\r\nb = "<!--"\rc()'
    const { html, headers } = await render({ bundle })
    const written = innerDocument(html).split('<script>')[2]!.split('</script>')[0]!
    expect(written).toBe('\na = "<\\/script>"\nb = "<\\!--"\nc()')
    expect(headers['Content-Security-Policy']).toContain(hashOf(written))
  })

  test('begins the bundle on the line that stacks are mapped from, whatever the configuration is', async () => {
    const { html } = await render({ placement: { configuration: { question: 'One\nTwo' } } })
    expect(innerDocument(html).split('\n')[BUNDLE_LINE - 1]).toMatch(/^bundle\(\)/)
  })

  test('is never kept by a cache, and says where it comes from to nobody', async () => {
    expect((await render({})).headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Permissions-Policy': expect.stringContaining('geolocation=()'),
    })
  })
})

describe('renderRefusal', () => {
  test.for([
    ['unknown', 404],
    ['unreleased', 404],
    ['paused', 403],
    ['suspended', 410],
    ['over_limit', 429],
  ] as const)('answers %s with %i and says why to any page', ([reason, status]) => {
    const refusal = renderRefusal(assets, reason)
    expect(refusal.status).toBe(status)
    expect(outerBlock(refusal.html)).toEqual({ reason })
    expect(refusal.html).toContain('<script>refused()</script>')
    expect(refusal.headers['Content-Security-Policy']).toContain(`script-src '${assets.refused.hash}'`)
    expect(refusal.headers['Content-Security-Policy']).not.toContain('frame-ancestors')
  })
})

test('sha256Csp is the hash that browsers compare', async () => {
  expect(await sha256Csp('Grüße')).toBe(hashOf('Grüße'))
})

test('inlineScript leaves what a script means', () => {
  const code = 'text = "</SCRIPT><!--"; less = a<script'
  expect(inlineScript(code)).toBe('text = "<\\/SCRIPT><\\!--"; less = a<script')
})
