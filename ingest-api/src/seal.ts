import { CompactEncrypt, compactDecrypt } from 'jose'
import type { Keys } from './keys'

/**
 * Encrypts a text that the database keeps: a compact JWE (RFC 7516) by AES-256-GCM, which names its algorithm and
 * carries its nonce. It opens for the same purpose only, so that it cannot be moved to another row or column.
 */
export const seal = (keys: Pick<Keys, 'seal'>, purpose: string, text: string): Promise<string> =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', aud: purpose })
    .encrypt(keys.seal)

/** @throws Error when it was changed, or sealed with another secret or for another purpose */
export async function unseal(keys: Pick<Keys, 'seal'>, purpose: string, sealed: string): Promise<string> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, keys.seal, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  })
  if (protectedHeader.aud !== purpose) throw new Error(`This was not sealed for "${purpose}"`)
  return new TextDecoder().decode(plaintext)
}
