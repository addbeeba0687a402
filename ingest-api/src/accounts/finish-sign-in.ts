import { and, eq, isNull } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { Challenge } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import { seal, unseal } from '../seal'
import { checkSecondFactor, hasSecondFactor } from './check-second-factor'
import { digestOf } from './refresh-token'
import type { SigningHandles } from './signing-keys'
import { startSession, type Device, type Tokens } from './start-session'
import type { UserRow } from './users'

/** How long the second step may take. */
const CHALLENGE_SECONDS = 5 * 60
const PURPOSE = 'second step of signing in'

/** What a challenge holds: the first step was done for this user, with what was the password then. */
type Started = { userId: string; passwordDigest: string; expiresAt: number }

/**
 * Signs in somebody whose first step was right: with a session, or, when the account has a second factor, with a
 * challenge that a code of it answers.
 */
export async function finishSignIn(
  handles: SigningHandles,
  user: UserRow,
  device: Device,
): Promise<Tokens | Challenge> {
  if (!(await hasSecondFactor(handles.db, user.id))) return startSession(handles, user, device)
  const started: Started = {
    userId: user.id,
    passwordDigest: digestOf(user.passwordHash ?? ''),
    expiresAt: handles.now() + CHALLENGE_SECONDS * 1000,
  }
  return {
    challenge: await seal(handles.keys, PURPOSE, JSON.stringify(started)),
    expiresIn: CHALLENGE_SECONDS,
  }
}

/**
 * Answers a challenge with a code and starts the session.
 * @throws OrielError AUTH_ERROR when the challenge is not valid any more; VALIDATION_ERROR of the code;
 * RATE_LIMIT_EXCEEDED
 */
export async function answerChallenge(
  handles: SigningHandles,
  { challenge, code }: { challenge: string; code: string },
  device: Device,
): Promise<Tokens> {
  const over = new OrielError('AUTH_ERROR', 'That took too long. Please sign in again.')
  const { userId, passwordDigest, expiresAt }: Started = await unseal(handles.keys, PURPOSE, challenge).then(
    JSON.parse,
    () => {
      throw over
    },
  )
  if (expiresAt <= handles.now()) throw over
  const [user] = await handles.db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), eq(users.isActive, true), isNull(users.deletedAt)))
  if (!user || digestOf(user.passwordHash ?? '') !== passwordDigest) throw over
  await checkSecondFactor(handles, userId, code)
  return startSession(handles, user, device)
}
