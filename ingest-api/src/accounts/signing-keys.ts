import { desc, inArray, sql } from 'drizzle-orm'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { signingKeys, type PublicJwk } from '../../../schema/tables/signing-keys'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { seal, unseal } from '../seal'

/** ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4); no token is ever read by another algorithm. */
export const SIGNING_ALGORITHM = 'ES256'

const MINUTE_MS = 60_000
/** A new pair every thirty days. */
export const ROTATE_MS = 30 * 24 * 60 * MINUTE_MS
/** A new key is published this long before it signs: longer than any process, and any reader of the JWKS, keeps it. */
export const PUBLISH_MS = 10 * MINUTE_MS
/** After its successor was made, a key signs for PUBLISH_MS, its last token lives 15 minutes, and clocks differ. */
export const RETIRE_MS = PUBLISH_MS + 20 * MINUTE_MS

export type SigningKey = {
  kid: string
  createdAt: number
  publicJwk: PublicJwk
  privateJwk: PublicJwk & { d: string }
}

export type SigningHandles = Pick<Handles, 'db' | 'keys' | 'caches' | 'log' | 'now'>

/** The key pairs whose tokens are valid now, the newest first; a new one is made when it is time. */
export async function getSigningKeys(handles: SigningHandles): Promise<SigningKey[]> {
  const at = handles.now()
  const keys = await handles.caches.signingKeys.get('all', at, async () => {
    const known = await readSigningKeys(handles.db, handles)
    return isDue(known, at) ? rotate(handles, at) : known
  })
  return keys.filter((_, index) => !isRetired(keys, index, at))
}

/** The one that signs: the newest that is known everywhere, or the only one there is. */
export async function getSigningKey(handles: SigningHandles): Promise<SigningKey> {
  const keys = await getSigningKeys(handles)
  return keys.find(({ createdAt }) => createdAt <= handles.now() - PUBLISH_MS) ?? keys.at(-1)!
}

const isDue = ([newest]: SigningKey[], at: number) => !newest || newest.createdAt + ROTATE_MS <= at

const isRetired = (keys: SigningKey[], index: number, at: number) =>
  index > 0 && keys[index - 1]!.createdAt + RETIRE_MS <= at

/** Makes a pair and forgets those that are retired. Processes that find it due at once make one between them. */
const rotate = (handles: SigningHandles, at: number): Promise<SigningKey[]> =>
  handles.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('oriel signing keys'))`)
    const known = await readSigningKeys(tx, handles)
    if (!isDue(known, at)) return known
    const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true })
    const [publicJwk, privateJwk] = [await exportJWK(pair.publicKey), await exportJWK(pair.privateKey)]
    const kid = await calculateJwkThumbprint(publicJwk)
    await tx.insert(signingKeys).values({
      kid,
      publicJwk: publicJwk as PublicJwk,
      sealedPrivateJwk: await seal(handles.keys, purposeOf(kid), JSON.stringify(privateJwk)),
      createdAt: new Date(at),
    })
    const retired = known.filter((_, index) => isRetired(known, index, at)).map((key) => key.kid)
    if (retired.length > 0) await tx.delete(signingKeys).where(inArray(signingKeys.kid, retired))
    return readSigningKeys(tx, handles)
  })

/** A key that was sealed with another master secret is as good as lost, and the next takes its place. */
async function readSigningKeys(
  db: Queryable,
  { keys, log }: Pick<Handles, 'keys' | 'log'>,
): Promise<SigningKey[]> {
  const rows = await db.select().from(signingKeys).orderBy(desc(signingKeys.createdAt), signingKeys.kid)
  const opened = await Promise.all(
    rows.map(async ({ kid, createdAt, publicJwk, sealedPrivateJwk }) => {
      try {
        const privateJwk: SigningKey['privateJwk'] = JSON.parse(
          await unseal(keys, purposeOf(kid), sealedPrivateJwk),
        )
        return [{ kid, createdAt: createdAt.getTime(), publicJwk, privateJwk }]
      } catch (error) {
        log.warn('a signing key cannot be opened', { kid, ...describeError(error) })
        return []
      }
    }),
  )
  return opened.flat()
}

const purposeOf = (kid: string) => `signing key ${kid}`
