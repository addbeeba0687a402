import fc from 'fast-check'
import { expect, test } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import { IdWindow } from './id-window'

test('knows the last ids exactly and forgets the oldest', () => {
  const window = new IdWindow(100)
  const ids = Array.from({ length: 350 }, (_, index) => uuidV7(1e12 + index))
  for (const [index, id] of ids.entries()) expect(window.add(id, index + 1)).toBe(0)
  for (const [index, id] of ids.entries()) {
    const known = window.add(id, 9_999)
    // 300 to 349 are in the young half, 200 to 299 in the old; asking for an older one notes it anew.
    if (index >= 200 + 100) expect([0, index + 1]).toContain(known)
  }
})

test('agrees with a map of strings, whatever is added and deleted', () => {
  const ids = Array.from({ length: 40 }, (_, index) => uuidV7(1e12 + (index % 3)))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(ids.length - 1), fc.boolean()), { maxLength: 300 }), (steps) => {
      const window = new IdWindow(1_000)
      const map = new Map<string, number>()
      let group = 0
      for (const [index, isDelete] of steps) {
        const id = ids[index]!
        if (isDelete) {
          window.delete(id)
          map.delete(id)
        } else {
          group++
          expect(window.add(id, group)).toBe(map.get(id) ?? 0)
          if (!map.has(id)) map.set(id, group)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('tells ids apart that differ in one digit', () => {
  const window = new IdWindow(1_000)
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'
  window.add(id, 1)
  for (let place = 0; place < id.length; place++) {
    if (id[place] === '-') continue
    const other = id.slice(0, place) + (id[place] === 'f' ? 'e' : 'f') + id.slice(place + 1)
    expect(window.add(other, 2)).toBe(0)
    window.delete(other)
  }
  expect(window.add(id, 3)).toBe(1)
})
