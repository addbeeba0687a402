import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FORM = /^ok_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/

/** What marks a token as an API key. */
export const API_KEY_PREFIX = 'ok_'

/**
 * A fresh key: the prefix, 30 random letters and digits (178 bits), and six that are the CRC32 of those. The prefix
 * and the checksum let scanners find leaked keys with certainty; the form is that of GitHub's tokens:
 * https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
export function newApiKey(): string {
  const random = Array.from({ length: 30 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `${API_KEY_PREFIX}${random}${checksumOf(random)}`
}

/** True when the checksum fits, so that a typing error and a guess never reach the database. */
export function isApiKey(text: string): boolean {
  const [, random, checksum] = FORM.exec(text) ?? []
  return random !== undefined && checksumOf(random) === checksum
}

function checksumOf(random: string): string {
  let rest = crc32(random)
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = ALPHABET[rest % 62]! + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
