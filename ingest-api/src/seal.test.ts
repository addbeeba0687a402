import { expect, test } from 'vitest'
import { deriveKeys } from './keys'
import { seal, unseal } from './seal'

const keys = await deriveKeys('a secret that only tests know, 32+ long')

test('a sealed text opens again, and is another one each time', async () => {
  const [first, second] = [await seal(keys, 'mail', 'Hello ü'), await seal(keys, 'mail', 'Hello ü')]
  expect(first).not.toBe(second)
  expect(await unseal(keys, 'mail', first)).toBe('Hello ü')
})

test('it names its algorithm', async () => {
  const header: unknown = JSON.parse(
    Buffer.from((await seal(keys, 'mail', '')).split('.')[0]!, 'base64url').toString(),
  )
  expect(header).toEqual({ alg: 'dir', enc: 'A256GCM', aud: 'mail' })
})

test('it opens for no other purpose, with no other secret, and not when it was changed', async () => {
  const sealed = await seal(keys, 'second factor of us_1', 'secret')
  await expect(unseal(keys, 'second factor of us_2', sealed)).rejects.toThrow('not sealed for')
  await expect(unseal(await deriveKeys('another secret'), 'mail', sealed)).rejects.toThrow()
  const parts = sealed.split('.')
  const forged = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', aud: 'mail' })).toString(
    'base64url',
  )
  await expect(unseal(keys, 'mail', [forged, ...parts.slice(1)].join('.'))).rejects.toThrow()
})
