import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/**
 * scrypt (RFC 7914) with N = 2^15, r = 8, p = 1: 32 MB and about 90 ms of one core, so that guessing is dear and
 * a few sign-ins at once are not. The hash carries its parameters in PHC form, so that they can be raised later.
 */
const COST = { ln: 15, r: 8, p: 1 }
const HASH = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST, 32)
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Compares in constant time. Without a hash (nobody has that address) it takes as long and answers false. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, ln, r, p, salt, hash] = HASH.exec(stored ?? '') ?? []
  if (!salt || !hash) {
    await derive(password, Buffer.alloc(16), COST, 32)
    return false
  }
  const expected = Buffer.from(hash, 'base64')
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'base64'), cost, expected.length), expected)
}

/** Keyboards differ in how they compose an "é"; NFC makes them the same password. */
const derive = (password: string, salt: Buffer, { ln, r, p }: typeof COST, length: number) =>
  new Promise<Buffer>((resolve, reject) => {
    const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
