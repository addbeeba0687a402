import { signAccessToken } from '../../ingest-api/src/accounts/access-token'
import { signSessionToken } from '../../ingest-api/src/ingest/session-token'
import type { NodeHandles } from '../../ingest-api/src/open-node'
import type { Persona } from '../../schema/wire/permission'
import { builderId, BUILDERS, idOf, IMPLEMENTATIONS, ownerId, OWNERS, PROJECTS } from './platform'

const TOKEN_SECONDS = 3_600

/** What each person signs in with, and a visitor's session of each implementation. */
export async function signIn(handles: NodeHandles) {
  const tokensOf = (from: number, count: number, persona: Persona) =>
    Promise.all(
      Array.from({ length: count }, (_, n) => {
        const whose = { userId: idOf('us', from + n), sessionId: idOf('se', from + n), persona }
        return signAccessToken(handles, whose, TOKEN_SECONDS)
      }),
    )
  return {
    builders: await tokensOf(0, BUILDERS, 'builder'),
    owners: await tokensOf(BUILDERS, OWNERS, 'end_user'),
    visitors: await Promise.all(
      Array.from({ length: IMPLEMENTATIONS }, (_, n) => {
        const whose = { im: idOf('im', n), pr: idOf('pr', n % PROJECTS), bu: builderId(n), eu: ownerId(n) }
        const claims = { ...whose, ver: '1.0.0', sid: `se_live_${n}` }
        return signSessionToken(handles.keys.session, claims, Date.now())
      }),
    ),
  }
}

export type Tokens = Awaited<ReturnType<typeof signIn>>
