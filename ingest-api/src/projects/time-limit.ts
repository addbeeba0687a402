import vm from 'node:vm'
import { OrielError } from '../../../schema/wire/error'
import { isObject } from '../../../schema/wire/json'

const room = vm.createContext(Object.create(null))
const call = new vm.Script('task()')

/**
 * Runs a synchronous task and stops it when it takes too long, wherever it is, even inside a regular expression.
 * For work whose cost somebody else's schema decides. Not a sandbox: the task is our own code.
 * @returns undefined when the time was up
 * @throws OrielError METHOD_NOT_ALLOWED on Workers, which can neither stop a task nor compile a schema
 */
export function withinMs<T>(timeoutMs: number, task: () => T): { value: T } | undefined {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers')
    throw new OrielError(
      'METHOD_NOT_ALLOWED',
      'Publishing, implementing and configuring need a server on Node. This one runs on Workers.',
    )
  let done: { value: T } | undefined
  room.task = () => {
    done = { value: task() }
  }
  try {
    call.runInContext(room, { timeout: timeoutMs })
    return done
  } catch (error) {
    // The error is of the room's realm and therefore no instance of our Error.
    if (isObject(error) && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    room.task = undefined
  }
}
