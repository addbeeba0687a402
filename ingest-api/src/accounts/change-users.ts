import { randomBytes } from 'node:crypto'
import type { BulkResult, BulkUsersRequest } from '../../../schema/wire/admin'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'
import type { By } from './actor'
import { setUserState, updateUser } from './change-user'
import { createUser } from './create-user'

/**
 * Does one thing to many users, one after the other. What is refused for one leaves the others alone, and its result
 * says why. An invited user has a password that nobody knows, and gets a mail with a link to choose one.
 */
export async function changeUsers(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  by: By,
  request: BulkUsersRequest,
): Promise<BulkResult> {
  const results: BulkResult['results'] = []
  for (const [target, change] of changesOf(handles, by, request)) {
    try {
      results.push({ target, ok: true, id: (await change()).id })
    } catch (error) {
      if (!(error instanceof OrielError)) throw error
      results.push({ target, ok: false, code: error.code, message: error.message })
    }
  }
  return { results }
}

function changesOf(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  by: By,
  request: BulkUsersRequest,
): [target: string, change: () => Promise<{ id: string }>][] {
  switch (request.action) {
    case 'invite':
      return request.people.map(({ email, name, personas }) => [
        email,
        () =>
          createUser(
            handles,
            {
              email,
              name,
              password: randomBytes(32).toString('base64url'),
              personas: atLeastOne(personas),
              welcome: 'invite',
            },
            by.requestId,
            by.actor,
          ),
      ])
    case 'set_personas':
      return request.ids.map((id) => [id, () => updateUser(handles, by, id, { personas: request.personas })])
    default:
      return request.ids.map((id) => [id, () => setUserState(handles, by, id, request.action)])
  }
}

/** The check has seen to it that there is one. */
const atLeastOne = ([first, ...rest]: Persona[]): [Persona, ...Persona[]] => [first!, ...rest]
