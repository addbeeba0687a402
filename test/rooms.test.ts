import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const BROWSER_SDK = /^sdk\/(frame\/|index|room|abi|extras|markup|runtime|element|react|vue)/

/** Which rooms of ours a room may import; `schema/wire` may be imported by all and imports nothing. */
const ALLOWED: [from: RegExp, to: RegExp][] = [
  [/^schema\/wire\//, /^schema\/wire\//],
  [/^schema\//, /^schema\//],
  // What a browser downloads takes the contract and nothing else.
  [/^loader\//, /^(loader|schema\/wire)\//],
  [BROWSER_SDK, /^(sdk\/(frame\/|index|room|abi|extras|markup|runtime|element)|schema\/wire\/)/],
  [/^sdk\//, /^(sdk|schema)\//],
  [/^dashboard\//, /^(dashboard|schema\/wire)\//],
  // Inside the server: node and worker -> app -> routes -> domains -> handles.
  [/^ingest-api\/src\/(node|worker|edge)\./, /^(ingest-api|schema|dist\/frame)\//],
  [/^ingest-api\/src\/routes\//, /^(ingest-api\/src\/(?!node|worker|edge|app|static|demo)|schema)/],
  [
    /^ingest-api\/src\/(accounts|projects|implementations|revenue|reports|dashboards|ingest|spool|frame|embedded)\//,
    /^(ingest-api\/src\/(?!node|worker|edge|app|static|demo|routes)|schema)/,
  ],
  [/^ingest-api\//, /^(ingest-api|schema)\//],
  [/^examples\//, /^examples\//],
]

/** Packages that a browser must never get. */
const NOT_IN_BROWSERS = /^(zod|drizzle-orm|hono|jose|postgres|node:)/
const BROWSER_ROOMS =
  /^(loader\/|dashboard\/|sdk\/(frame\/|index|room|extras|markup|runtime|element|react|vue)|schema\/wire\/)/

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|d)\.tsx?$/.test(entry.name))
    .map((entry) => relative('.', join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(dist|node_modules)\//.test(path) && !/(^|\/)testing/.test(path))

const IMPORT = /^(?:import|export)\b[^'"=]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

const importsOf = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([statement, ...found]) => ({
    specifier: found.find((one) => one !== undefined)!,
    typeOnly: /^(import|export) type/.test(statement),
  }))

const rooms = ['schema', 'loader', 'sdk', 'ingest-api', 'dashboard', 'examples'].flatMap(sources)

test('finds the rooms', () => expect(rooms.length).toBeGreaterThan(60))

test('imports between rooms point one way', () => {
  const wrong: string[] = []
  for (const path of rooms)
    for (const { specifier } of importsOf(path)) {
      if (!specifier.startsWith('.')) continue
      const target = relative('.', join(dirname(path), specifier))
      const rule = ALLOWED.find(([from]) => from.test(path))
      if (!rule?.[1].test(target)) wrong.push(`${path} -> ${target}`)
    }
  expect(wrong).toEqual([])
})

test('the wire types import nothing from npm', () => {
  const outside = rooms
    .filter((path) => path.startsWith('schema/wire/'))
    .flatMap((path) => importsOf(path).filter(({ specifier }) => !specifier.startsWith('.')))
  expect(outside).toEqual([])
})

test('browser rooms import nothing that belongs on a server', () => {
  const wrong = rooms
    .filter((path) => BROWSER_ROOMS.test(path))
    .flatMap((path) =>
      importsOf(path)
        .filter(({ specifier, typeOnly }) => !typeOnly && NOT_IN_BROWSERS.test(specifier))
        .map(({ specifier }) => `${path} -> ${specifier}`),
    )
  expect(wrong).toEqual([])
})

test('Hono stops at the routes', () => {
  const wrong = rooms.filter(
    (path) =>
      /^ingest-api\/src\/(accounts|projects|implementations|revenue|reports|dashboards|ingest|spool|frame|embedded)\//.test(
        path,
      ) && importsOf(path).some(({ specifier }) => /^(hono|@hono)/.test(specifier)),
  )
  expect(wrong).toEqual([])
})

test('only a process with a disk opens a mail server', () => {
  const importers = (target: string) =>
    rooms.filter((path) =>
      importsOf(path).some(
        ({ specifier, typeOnly }) =>
          !typeOnly && (specifier === target || relative('.', join(dirname(path), specifier)) === target),
      ),
    )
  expect(importers('nodemailer')).toEqual(['ingest-api/src/mail/smtp.ts'])
  expect(importers('ingest-api/src/mail/smtp')).toEqual(['ingest-api/src/open-node.ts'])
})
