import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OrielError } from '../../../schema/wire/error'
import { MAX_BUNDLE_BYTES } from '../../../schema/wire/manifest'
import { isPublic, openBundleFetch, type FetchLimits } from './fetch-bundle'
import { CERTIFICATE, startBundleHost } from './testing/bundle-host'

const UNREACHABLE = 'bundleUrl: Cannot be fetched: nothing public answers there in time.'
const CODE = 'oriel.widget(() => "hosted")\n'
/** This machine is all the internet that a test has. */
const LOCAL = { allow: (ip: string) => ip === '127.0.0.1' || ip === '::1', ca: CERTIFICATE }

let host: Awaited<ReturnType<typeof startBundleHost>>
beforeAll(async () => {
  host = await startBundleHost((request, response) => {
    const pages: Record<string, () => unknown> = {
      '/bundle.js?v=1': () => response.end(CODE),
      '/moved.js': () => response.writeHead(302, { location: '/bundle.js?v=1' }).end('moved'),
      '/empty.js': () => response.writeHead(204).end(),
      '/largest.js': () => response.end('x'.repeat(MAX_BUNDLE_BYTES)),
      '/larger.js': () => response.end('x'.repeat(MAX_BUNDLE_BYTES + 1)),
      '/endless.js': () => {
        const write = () => {
          while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
        }
        response.on('drain', write)
        write()
      },
      '/silent.js': () => {},
      '/slow.js': () => response.write('x'),
      '/broken.js': () => {
        response.writeHead(200, { 'content-length': 100 }).write('x')
        setTimeout(() => response.destroy(), 20)
      },
      '/switch.js': () =>
        response.socket!.end('HTTP/1.1 101 Hm\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      '/garbage.js': () => response.socket!.end('hello\r\n\r\n'),
    }
    const page = pages[request.url!] ?? (() => response.writeHead(404).end('not here, psst'))
    page()
  })
})
afterAll(() => host.close())
beforeEach(() => void host.asked.splice(0))

const fetchFrom = (address: string, limits: FetchLimits = LOCAL) =>
  openBundleFetch(limits)(address).then(
    (bytes) => Buffer.from(bytes).toString(),
    (error: unknown) => {
      if (error instanceof OrielError && error.code === 'VALIDATION_ERROR') return error.message
      throw error
    },
  )
const at = (path: string) => `https://localhost:${host.port}${path}`

describe('a bundle', () => {
  test('is fetched once, with nothing about anybody', async () => {
    expect(await fetchFrom(at('/bundle.js?v=1#part'))).toBe(CODE)
    const { headers, line } = host.asked[0]!
    expect([host.asked.length, line]).toEqual([1, 'GET /bundle.js?v=1'])
    expect(headers).toEqual({
      'user-agent': 'Oriel',
      'accept-encoding': 'identity',
      host: `localhost:${host.port}`,
      connection: 'close',
    })
  })

  test('is fetched from an address without a name', async () => {
    expect(await fetchFrom(`https://127.1:${host.port}/bundle.js?v=1`)).toBe(CODE)
  })

  test('may have as many bytes as are allowed, and not one more', async () => {
    expect(await fetchFrom(at('/largest.js'))).toHaveLength(MAX_BUNDLE_BYTES)
    const tooLarge = `bundleUrl: Has more than the ${MAX_BUNDLE_BYTES} bytes that are allowed.`
    expect(await fetchFrom(at('/larger.js'))).toBe(tooLarge)
    expect(await fetchFrom(at('/endless.js'))).toBe(tooLarge)
  })

  test.each([
    ['/moved.js', /Redirects with status 302, which is not followed/],
    ['/none.js', /^bundleUrl: Answers with status 404 instead of 200\.$/],
    ['/empty.js', /Answers with status 204/],
  ])('that is not at %s is refused', async (path, message) => {
    expect(await fetchFrom(at(path))).toMatch(message)
    expect(host.asked).toHaveLength(1)
  })

  test.each(['/silent.js', '/slow.js', '/broken.js', '/switch.js', '/garbage.js'])(
    'that %s never gives whole is given up',
    async (path) => expect(await fetchFrom(at(path), { ...LOCAL, limitMs: 300 })).toBe(UNREACHABLE),
  )
})

describe('an address', () => {
  test.each([
    '',
    'bundle.js',
    'http://localhost/bundle.js',
    'file:///etc/passwd',
    'data:text/javascript,1',
    'https://me@localhost/bundle.js',
    'https://:secret@localhost/bundle.js',
    `https://localhost/${'x'.repeat(2048)}`,
  ])('like "%s" is refused as it stands', async (address) => {
    expect(await fetchFrom(address)).toMatch(/Must be an address that starts with https:/)
  })

  test.each([
    'localhost',
    'localhost.',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
  ])('on this machine, written as %s, is never connected to', async (name) => {
    const before = host.connections()
    const found = await fetchFrom(`https://${name}:${host.port}/bundle.js?v=1`, { ca: CERTIFICATE })
    expect([found, host.connections()]).toEqual([UNREACHABLE, before])
    expect(host.asked).toEqual([])
  })

  test('is checked as what its name means when the connection is made', async () => {
    const checked: string[] = []
    const allow = (ip: string) => {
      checked.push(ip)
      return LOCAL.allow(ip)
    }
    const fetchBundle = openBundleFetch({ ...LOCAL, allow })
    for (const times of [1, 2]) {
      await fetchBundle(at('/bundle.js?v=1'))
      expect(checked.filter((ip) => ip === '127.0.0.1')).toHaveLength(times)
    }
  })

  test('of somebody whose certificate nobody vouches for is refused', async () => {
    expect(await fetchFrom(at('/bundle.js?v=1'), { allow: LOCAL.allow })).toBe(UNREACHABLE)
    expect(host.asked).toEqual([])
  })

  test('says the same whether its port is closed, silent, or speaks something else', async () => {
    const servers: Server[] = []
    const listen = async (server: Server) => {
      servers.push(server)
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return (server.address() as AddressInfo).port
    }
    const silent = await listen(createServer())
    const other = await listen(createServer((socket) => socket.on('error', () => {}).end('220 mail\r\n')))
    const closed = await listen(createServer())
    await new Promise((done) => servers.at(-1)!.close(done))
    for (const port of [silent, other, closed])
      expect(await fetchFrom(`https://localhost:${port}/`, { ...LOCAL, limitMs: 300 })).toBe(UNREACHABLE)
    for (const server of servers) server.close()
  })

  test('that no name server knows is refused', async () => {
    expect(await fetchFrom('https://nowhere.invalid/bundle.js', { limitMs: 2_000 })).toBe(UNREACHABLE)
  })
})

test.each([
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['100.128.0.1', true],
  ['2606:4700:4700::1111', true],
  ['2a00:1450:4001::1', true],
  ['0.1.2.3', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.255.255.254', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['192.0.0.192', false],
  ['192.0.2.1', false],
  ['192.168.1.1', false],
  ['198.19.0.1', false],
  ['198.51.100.1', false],
  ['203.0.113.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:7f00:1', false],
  ['64:ff9b::a00:1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fc00::1', false],
  ['fd00:ec2::254', false],
  ['fec0::1', false],
  ['ff02::1', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['3fff::1', false],
])('%s is of the public internet: %s', (ip, expected) => expect(isPublic(ip)).toBe(expected))
