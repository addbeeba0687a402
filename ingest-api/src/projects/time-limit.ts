import vm from 'node:vm'
import { OrielError } from '../../../schema/wire/error'
import { isObject } from '../../../schema/wire/json'

const room = vm.createContext(Object.create(null))
const call = new vm.Script('task()')
/** A machine with far too much to do gives a process a tenth of a core; more patience than this helps nobody. */
const MOST_PATIENCE = 16

/**
 * Runs a synchronous task and stops it when it takes too long, wherever it is, even inside a regular expression.
 * For work whose cost somebody else's schema decides. Not a sandbox: the task is our own code.
 *
 * The limit is of work and not of waiting: a task that was stopped while the machine was busy with others, and had much
 * less than its time, begins again with more of it.
 * @returns undefined when the time was up
 * @throws OrielError METHOD_NOT_ALLOWED on Workers, which can neither stop a task nor compile a schema
 */
export function withinMs<T>(limitMs: number, task: () => T): { value: T } | undefined {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers')
    throw new OrielError(
      'METHOD_NOT_ALLOWED',
      'Publishing, implementing and configuring need a server on Node. This one runs on Workers.',
    )
  for (let patience = 1; ; patience *= 4) {
    const before = process.cpuUsage()
    const done = attempt(limitMs * patience, task)
    if (done || patience >= MOST_PATIENCE) return done
    const { user, system } = process.cpuUsage(before)
    const workedMs = (user + system) / 1000
    if (workedMs >= 0.8 * limitMs) return undefined
  }
}

function attempt<T>(timeoutMs: number, task: () => T): { value: T } | undefined {
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
