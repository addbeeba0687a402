import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CLASSES } from './hostile/attempt'
import { ATTEMPTS } from './hostile/attempts'
import { ENGINE_TITLES, listedUnder } from './hostile/summary'

/** The page about what gets through says of every attempt what the three engines' runs found; here without a run. */
const page = readFileSync('docs/security.md', 'utf8')
const attempts = CLASSES.flatMap((kind) => ATTEMPTS[kind].map(({ name }) => `${kind}: ${name}`))
const engines = Object.values(ENGINE_TITLES)
const through = (engine: string) => listedUnder(page, `What gets through in ${engine}`)
const unproven = (engine: string) => listedUnder(page, `What could not be proven in ${engine}`)

test('no two attempts have one name', () => expect(new Set(attempts).size).toBe(attempts.length))

test.for(engines)('the lists of %s name attempts that there are, in their order, each once', (engine) => {
  const listed = new Set([...through(engine), ...unproven(engine)])
  expect(listed.size).toBe(through(engine).length + unproven(engine).length)
  for (const list of [through(engine), unproven(engine)])
    expect(list).toEqual(attempts.filter((name) => list.includes(name)))
})

test.for(CLASSES)('the table counts what is listed: %s', (kind) => {
  const isOfKind = (name: string) => name.startsWith(`${kind}: `)
  const cells = engines.map((engine) => {
    const counted = ATTEMPTS[kind].length - unproven(engine).filter(isOfKind).length
    return `${through(engine).filter(isOfKind).length} of ${counted}`
  })
  expect(page).toContain(`| ${kind} | ${cells.join(' | ')} |\n`)
})

test.for(['confidentiality', 'integrity', 'navigation'] as const)('nothing may get through in %s', (kind) => {
  for (const engine of engines) expect(through(engine).filter((name) => name.startsWith(kind))).toEqual([])
})
