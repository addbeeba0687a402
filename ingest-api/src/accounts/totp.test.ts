import { expect, test } from 'vitest'
import { findTotpStep, newTotpSecret, toBase32, totpAt, totpUri } from './totp'

/** RFC 6238, appendix B: the seed, and the last six of the eight digits there. */
const SEED = toBase32(Buffer.from('12345678901234567890'))

test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('at %i s the code of the RFC is %s', (seconds, code) =>
  expect(totpAt(SEED, Math.floor(seconds / 30))).toBe(code),
)

test('Base32 is that of RFC 4648', () => {
  expect(SEED).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/)
})

test('a code is found in its step and the neighbours only', () => {
  const at = 1_700_000_000_000
  const step = Math.floor(at / 30_000)
  for (const offset of [-2, -1, 0, 1, 2])
    expect(findTotpStep(SEED, totpAt(SEED, step + offset), at)).toBe(
      Math.abs(offset) < 2 ? step + offset : undefined,
    )
  for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    expect(findTotpStep(SEED, wrong, at)).toBeUndefined()
})

test('the address for a QR code names the account', () =>
  expect(totpUri('ABC', 'ada+x@example.com')).toBe(
    'otpauth://totp/Oriel:ada%2Bx%40example.com?secret=ABC&issuer=Oriel',
  ))
